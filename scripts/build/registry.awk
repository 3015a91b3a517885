# Every message, service and streaming method of proto/, as C tables.
#
#   awk -v root=build/proto/ -f registry.awk PROTO... HEADER...
#
# Descriptors come from protoc-c's headers. Streaming comes from the .proto
# files, because protobuf-c's descriptors leave it out; an rpc is one line there.

FILENAME ~ /\.proto$/ && $1 == "package" { package = substr($2, 1, length($2) - 1) }
FILENAME ~ /\.proto$/ && $1 == "service" { service = $2 }

FILENAME ~ /\.proto$/ && $1 == "rpc" && /\(stream / {
   method = $2
   sub(/\(.*/, "", method)
   kind = /\(stream [^)]*\) returns/ ? "METHOD_BIDI_STREAM" : "METHOD_SERVER_STREAM"
   streams = streams sprintf("    { \"%s.%s/%s\", %s },\n", package, service, method, kind)
}

FILENAME ~ /\.h$/ && FNR == 1 {
   name = FILENAME
   sub(root, "", name)
   includes = includes sprintf("#include \"%s\"\n", name)
}

/^extern const ProtobufCMessageDescriptor / {
   messages = messages sprintf("    &%s,\n", substr($4, 1, length($4) - 1))
}

/^extern const ProtobufCServiceDescriptor / {
   services = services sprintf("    &%s,\n", substr($4, 1, length($4) - 1))
}

END {
   printf "%s\n", includes
   printf "static const ProtobufCMessageDescriptor *const messages[] = {\n%s};\n\n", messages
   printf "static const ProtobufCServiceDescriptor *const services[] = {\n%s};\n\n", services
   printf "static const struct {\n    const char *path;\n    method_kind kind;\n}"
   printf " streams[] = {\n%s};\n", streams
}

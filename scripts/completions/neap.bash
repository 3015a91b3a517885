# bash completion for neap. What a command takes, neap itself is asked.

_neap_words()
{
    local words
    case $1 in
    "") words=$(neap --help 2>/dev/null) ;;
    *) words=$(neap help "$1" 2>/dev/null) ;;
    esac
    grep -oE -- '(^|[[:space:],])--?[[:alnum:]][[:alnum:]-]*' <<<"$words" | tr -d ' ,\t'
}

_neap_commands()
{
    neap --help 2>/dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p'
}

_neap()
{
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local command='' at

    case $previous in
    --address | --trace | --env-file)
        COMPREPLY=($(compgen -f -- "$current"))
        return ;;
    --engine | --rootfs)
        COMPREPLY=($(compgen -d -- "$current"))
        return ;;
    --log-level)
        COMPREPLY=($(compgen -W 'error warn info debug trace' -- "$current"))
        return ;;
    esac

    for ((at = 1; at < COMP_CWORD; at++)); do
        case ${COMP_WORDS[at]} in
        --address | --namespace | --engine | --log-level | --trace) ((at++)) ;;
        -*) ;;
        *) command=${COMP_WORDS[at]}; break ;;
        esac
    done

    case $command,$current in
    *,-*) COMPREPLY=($(compgen -W "$(_neap_words "$command")" -- "$current")) ;;
    ,*) COMPREPLY=($(compgen -W "$(_neap_commands)" -- "$current")
                   $(compgen -f -X '!*.lua' -- "$current")
                   $(compgen -d -S / -- "$current")) ;;
    help,*) COMPREPLY=($(compgen -W "$(_neap_commands)" -- "$current")) ;;
    volume,*) COMPREPLY=($(compgen -W 'create ls inspect rm prune' -- "$current")) ;;
    engine,*) COMPREPLY=($(compgen -W 'start stop status' -- "$current")) ;;
    *) COMPREPLY=($(compgen -f -- "$current")) ;;
    esac
}

complete -o filenames -F _neap neap

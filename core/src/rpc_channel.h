#ifndef RPC_CHANNEL_H
#define RPC_CHANNEL_H

/* The channel to a containerd, and whether anybody is at its other end. */

/* 0 where somebody listens on the socket `path`, else an errno. */
int rpc_knock(const char *path);

#endif

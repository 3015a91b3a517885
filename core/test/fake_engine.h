#ifndef FAKE_ENGINE_H
#define FAKE_ENGINE_H

/*
 * What stands in containerd's place: a program that serves the socket, and is
 * told by `mode` how not to: "--die", "--deaf", "--stubborn", "--late". Its
 * first words are each promise to an engine that was broken. For main's answer.
 */
int fake_engine(const char *mode, const char *path, char **env);

#endif

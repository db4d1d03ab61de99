#!/bin/sh
# Ends what a test left behind below SCRATCH, a path that ends in a slash or a dash: kills every process whose command line
# names it, unmounts what is mounted below it, and removes it. With "wait" it first waits until its standard input closes, as
# it does when the process at the other end of that pipe is gone, however it went.
[ -n "$SCRATCH" ] || exit 2
if [ "$1" = wait ]; then cat >/dev/null; fi

# The pattern goes by a pipe: on grep's command line it would find grep.
naming() { printf '%s' "$SCRATCH" | grep -lF -f - /proc/[0-9]*/cmdline 2>/dev/null; }

attempt=0
while [ $attempt -lt 50 ]; do
  for file in $(naming); do
    pid=${file#/proc/}
    kill -CONT "${pid%/cmdline}" 2>/dev/null
    kill -KILL "${pid%/cmdline}" 2>/dev/null
  done

  # Lazily: who still has a file open there can't keep the mount.
  while read -r _ mounted _; do
    mounted=$(printf '%b' "$mounted")
    case "$mounted" in "$SCRATCH"*) umount -l -- "$mounted" 2>/dev/null ;; esac
  done </proc/self/mounts

  rm -rf -- "$SCRATCH"* 2>/dev/null
  case "$SCRATCH" in */) rm -rf -- "${SCRATCH%/}" 2>/dev/null ;; esac
  left=$(ls -d -- "$SCRATCH"* 2>/dev/null)
  if [ -z "$left" ] && [ ! -e "${SCRATCH%/}" ] && [ -z "$(naming)" ]; then exit 0; fi
  attempt=$((attempt + 1))
  sleep 0.1
done
echo "left below $SCRATCH: $left $(naming)" >&2
exit 1

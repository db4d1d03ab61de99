#!/bin/sh
# What the units of these scenarios run: FOLDER [plain|slow|escaping] [LOCK]. It writes down that it started, with which
# environment, and whether it is alone, which the kernel decides: a lock goes with the last process that has it, however that
# ended. Then it stays until it is ended: slow takes three seconds for that, escaping has a child in a session of its own.
folder=$1
name=$(printf %s "$STATESERVER_UNIT" | tr / -)
exec 9>"$folder/${3:-$name}.lock"
if flock -n 9; then alone=alone; else alone=beside; fi
env >"$folder/environment-$$"
printf '%s %s %s %s\n' "$STATESERVER_UNIT" "$alone" "$STATESERVER_MACHINE" $$ >>"$folder/starts"
case "$2" in
slow)
    trap 'sleep 3; exit 0' TERM
    while :; do
        sleep 1 &
        wait $!
    done
    ;;
escaping) setsid tail -f "$folder/anchor" & ;;
esac
exec tail -f "$folder/anchor"

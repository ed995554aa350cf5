#!/bin/sh
# The main job on a folder of photos, or on a few portraits from PyPI: every command is shown before it runs.
# usage: demo.sh LIBRARY [PHOTOS]
set -eu
state=$1
photos=${2:-}
export RECOG_LIBRARY="$state/library"

run() {
    printf '\n$ recog'
    for word in "$@"; do
        case $word in *" "*) printf " '%s'" "$word" ;; *) printf ' %s' "$word" ;; esac
    done
    printf '\n'
    recog "$@"
}

if [ -n "$photos" ]; then
    run index "$photos"
    run cluster
    run report duplicates --out "$state/report.html"
    run status
    exit
fi

python "$(dirname "$0")/demo_photos.py" "$state/photos"
run index "$state/photos"
run enrol 'Barack Obama' "$state/photos/obama.jpg"
run enrol 'Joe Biden' "$state/photos/biden.jpg"
run enrol 'Grace Hopper' "$state/photos/grace_hopper.jpg"
run identify "$state/photos/obama2.jpg"
run identify "$state/photos/astronaut.png"
run verify "$state/photos/obama.jpg" "$state/photos/obama3.jpg"
run verify "$state/photos/obama.jpg" "$state/photos/biden.jpg"
run search "$state/photos/obama3.jpg" -k 4
run identify --all
run people list
run cluster
run report duplicates --out "$state/report.html"
run status

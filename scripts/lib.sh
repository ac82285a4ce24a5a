# Shared by the scripts beside it, which source it first: strict mode, the repository root as working folder, help.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

# say TEXT...: one line about what the script is doing, on stderr; results go to stdout.
say() { printf '== %s\n' "$*" >&2; }

# fail CODE TEXT...: one message, then exit. 1: the run found a failure; 2: bad usage or input.
fail() {
    local code=$1
    shift
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit "$code"
}

# help_if_asked "$@": prints the header comment of the calling script for -h or --help.
help_if_asked() {
    case ${1-} in
        -h | --help)
            sed -n '2,/^[^#]/{/^#/s/^# \{0,1\}//p}' "$0"
            exit 0
            ;;
    esac
}

cores() { nproc; }

configure_preset() { cmake --preset "$1" --log-level=NOTICE >&2; }

# build_preset NAME: configures and builds one CMake preset in build/NAME.
build_preset() {
    say "building build/$1"
    configure_preset "$1"
    cmake --build --preset "$1" -j "$(cores)" >&2
}

# machine: one line that belongs beside every measured figure.
machine() {
    local cpu
    cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
    printf '%s, %s cores, %s, %s\n' "${cpu:-$(uname -m)}" "$(cores)" "$(. /etc/os-release && echo "$PRETTY_NAME")" \
        "$(uname -r)"
}

# Sourced by the scripts that run parts and tell the time of each.

parts=()
began=$SECONDS

# part NAME COMMAND…: runs it; its failure ends the script and is named.
part() {
    local name=$1 start=$SECONDS
    shift
    echo "== $name"
    if ! "$@"; then
        echo "== $name: FAILED after $((SECONDS - start)) s" >&2
        exit 1
    fi
    parts+=("$(printf '%5d s  %s' $((SECONDS - start)) "$name")")
}

in_console() {
    (cd console && "$@")
}

summary() {
    echo "== All parts passed"
    printf '%s\n' "${parts[@]}"
    printf '%5d s  together\n' $((SECONDS - began))
}

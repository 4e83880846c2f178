
[ "$#" -eq 0 ] || fail "unknown argument $1: expected none"
find_vault

holding=0
failing=0
unknown=0
unchecked=0

# row STATE WHAT: one line of the table.
row() {
  tell '%-11s  %s\n' "$1" "$2"
}

# holds WHAT
holds() {
  holding=$((holding + 1))
  row holds "$1"
}

# fails WHAT WHY
fails() {
  failing=$((failing + 1))
  row FAILS "$1"
  tell_block '               ' "$2"
}

# cannot_tell WHAT WHY: it should have been checked and could not be.
cannot_tell() {
  unknown=$((unknown + 1))
  row UNKNOWN "$1"
  tell_block '               ' "$2"
}

# not_checked WHAT WHY: no server can be asked for it.
not_checked() {
  unchecked=$((unchecked + 1))
  row 'not checked' "$1"
  tell '               %s\n' "$2"
}

# compared WHAT: what was found of something on the server.
compared() {
  case $found_different in
    '') holds "$1" ;;
    missing) fails "$1" "is not on the server" ;;
    *) fails "$1" "$found_different" ;;
  esac
}

# verify_mount WHAT auth|mounts PATH: JSON of a mount, or of its settings.
verify_mount() {
  body=$(cat)
  look_at_mount "$2" "$3"
  compared "$1"
}

# verify_object WHAT PATH: JSON of a configuration or role.
verify_object() {
  body=$(cat)
  look_at_object "$2"
  compared "$1"
}


# write_path PATH ARGUMENT: writes standard input; a parameter that the server ignores is a failure.
write_path() {
  complaint=$("$VAULT_BIN" write -format=json -- "$@" 2>&1) || fail "cannot write $1: $complaint"
  case $complaint in
    *"unrecognized parameters"*) fail "the server does not know every parameter of $1: $complaint" ;;
  esac
  printf '%s\n' "$complaint" |
    sed -n '/"warnings": \[/,/\]/s/^ *"\(.*[^:[]\)",\{0,1\}$/           warning: \1/p' >&2
}

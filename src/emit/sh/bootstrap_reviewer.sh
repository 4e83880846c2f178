
# reviewer_token NAMESPACE SECRET: the token of a reviewer in $secret_value.
reviewer_token() {
  secret_key "$1" "$2" token
  case $secret_value in
    *[!A-Za-z0-9._=-]*) fail "Secret $2 in $1: token is no JWT" ;;
  esac
}

# ensure_reviewed WHAT PATH NAMESPACE SECRET own-ca|cluster-ca: JSON of the configuration of an auth method whose
# reviewer token, and CA if none is set, come from the cluster. They travel on standard input and are never shown.
ensure_reviewed() {
  body=$(cat)
  case $mode in
    dry-run)
      would "$1" "$2" "$body"
      tell '    with token_reviewer_jwt from Secret %s in %s\n' "$4" "$3"
      [ "$5" = own-ca ] || tell '    with kubernetes_ca_cert from Secret %s in %s\n' "$4" "$3"
      ;;
    write)
      if is_due "$2"; then
        complete_config "$3" "$4" "$5"
        reviewer_token "$3" "$4"
        printf '%s,\n  "token_reviewer_jwt": "%s"\n}\n' "$body" "$secret_value" | write_path "$2" -
        secret_value=
        read_path "$2"
        differences '<' "$seen"
        confirm "$1"
      fi
      ;;
    *)
      complete_config "$3" "$4" "$5"
      read_path "$2"
      differences '<' "$seen"
      if ! judge "$1" && [ "$mode" = survey ]; then
        reviewer_token "$3" "$4"
        secret_value=
      fi
      [ -z "$found_different" ] || save_config "$1" "$2" "$seen"
      ;;
  esac
}


# secret_key NAMESPACE SECRET KEY: a value of a Secret, decoded, in $secret_value.
secret_key() {
  secret_value=$(kubectl get secret --namespace "$1" --output "jsonpath={.data['$3']}" -- "$2") ||
    fail "cannot read Secret $2 in $1; apply rbac/ first"
  [ -n "$secret_value" ] || fail "Secret $2 in $1 holds nothing under $3 yet"
  secret_value=$(printf '%s' "$secret_value" | base64 -d) || fail "Secret $2 in $1: $3 is no base64"
}

# ensure_reviewed WHAT PATH NAMESPACE SECRET own-ca|cluster-ca: JSON of the configuration of an auth method whose
# reviewer token, and CA if none is set, come from the cluster. They travel on standard input and are never shown.
ensure_reviewed() {
  body=$(cat)
  if [ "$mode" = dry-run ]; then
    would "$1" "$2" "$body"
    printf '    with token_reviewer_jwt from Secret %s in %s\n' "$4" "$3"
    [ "$5" = own-ca ] || printf '    with kubernetes_ca_cert from Secret %s in %s\n' "$4" "$3"
    return 0
  fi
  body=${body%?\}}
  if [ "$5" = cluster-ca ]; then
    secret_key "$3" "$4" 'ca\.crt'
    case $secret_value in
      *[\"\\]*) fail "Secret $4 in $3: ca.crt is no certificate" ;;
    esac
    body=$body,'
  "kubernetes_ca_cert": "'$(printf '%s\n' "$secret_value" | awk '{ printf "%s\\n", $0 }')'"'
  fi
  seen=$body,'
  "token_reviewer_jwt_set": true
}'
  read_path "$2"
  differences '<' "$seen"
  if ! judge "$1"; then
    secret_key "$3" "$4" token
    case $secret_value in
      *[!A-Za-z0-9._=-]*) fail "Secret $4 in $3: token is no JWT" ;;
    esac
    printf '%s,\n  "token_reviewer_jwt": "%s"\n}\n' "$body" "$secret_value" | write_path "$2" -
    secret_value=
    read_path "$2"
    differences '<' "$seen"
    confirm "$1"
  fi
}


# secret_key NAMESPACE SECRET KEY: a value of a Secret, decoded, in $secret_value.
secret_key() {
  secret_value=$(kubectl get secret --namespace "$1" --output "jsonpath={.data['$3']}" -- "$2") ||
    fail "cannot read Secret $2 in $1; apply rbac/ first"
  [ -n "$secret_value" ] || fail "Secret $2 in $1 holds nothing under $3 yet"
  secret_value=$(printf '%s' "$secret_value" | base64 -d) || fail "Secret $2 in $1: $3 is no base64"
}

# complete_config NAMESPACE SECRET own-ca|cluster-ca: gives $body, the configuration of an auth method, the CA if that is in
# the cluster, and leaves it open at its end; how the server shows it, with a reviewer token, in $seen.
complete_config() {
  body=${body%?\}}
  if [ "$3" = cluster-ca ]; then
    secret_key "$1" "$2" 'ca\.crt'
    case $secret_value in
      *[\"\\]*) fail "Secret $2 in $1: ca.crt is no certificate" ;;
    esac
    body=$body,'
  "kubernetes_ca_cert": "'$(printf '%s\n' "$secret_value" | awk '{ printf "%s\\n", $0 }')'"'
  fi
  seen=$body,'
  "token_reviewer_jwt_set": true
}'
}

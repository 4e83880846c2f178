
newline='
'

# ensure_policy WHAT NAME [unended]: the text of a policy.
ensure_policy() {
  take_policy "${3-}"
  case $mode in
    dry-run) would "$1" "sys/policies/acl/$2" "${body%"$newline"}" ;;
    write)
      if is_due "sys/policies/acl/$2"; then
        printf '%s' "$body" | write_path "sys/policies/acl/$2" policy=-
        look_at_policy "$2"
        confirm "$1"
      fi
      ;;
    *)
      look_at_policy "$2"
      judge "$1" || save "$1" policy "sys/policies/acl/$2" '{}'
      ;;
  esac
}

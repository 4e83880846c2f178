
# take_policy [unended]: standard input in $body to the byte, without the last line end if the text has none.
take_policy() {
  body=$(cat && printf x)
  case ${1-} in
    unended) body=${body%?x} ;;
    *) body=${body%x} ;;
  esac
}

# look_at_policy NAME: compares $body with the text of a policy.
look_at_policy() {
  read_path "sys/policies/acl/$1"
  differences '=' "$body"
}

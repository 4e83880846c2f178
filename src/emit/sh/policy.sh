
# take_policy: standard input in $body, to the last line end but one.
take_policy() {
  body=$(cat && printf x)
  body=${body%?x}
}

# look_at_policy NAME: compares $body with the text of a policy.
look_at_policy() {
  read_path "sys/policies/acl/$1"
  differences '=' "$body"
}

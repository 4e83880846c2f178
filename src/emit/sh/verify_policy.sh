
# verify_policy WHAT NAME [unended]: the text of a policy.
verify_policy() {
  take_policy "${3-}"
  look_at_policy "$2"
  compared "$1"
}

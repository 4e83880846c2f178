
# verify_policy WHAT NAME: the text of a policy.
verify_policy() {
  take_policy
  look_at_policy "$2"
  compared "$1"
}


# verify_reviewed WHAT PATH NAMESPACE SECRET own-ca|cluster-ca: JSON of a configuration that holds a reviewer token.
verify_reviewed() {
  body=$(cat)
  complete_config "$3" "$4" "$5"
  read_path "$2"
  differences '<' "$seen"
  compared "$1"
}

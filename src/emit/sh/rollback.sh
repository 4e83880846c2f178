
mode=show
remove_mounts=no
for argument; do
  case $argument in
    --apply) mode=apply ;;
    --remove-mounts) remove_mounts=yes ;;
    *) fail "unknown argument $argument: expected --apply, and --remove-mounts beside it" ;;
  esac
done
[ "$remove_mounts" = no ] || [ "$mode" = apply ] || fail "--remove-mounts needs --apply"
find_vault

in_step=0
restored=0
waiting=0
staying=0
mounts_left=0
leftovers=

# restore WORD WHAT DIFFERENCES: something is not as it was before; true if that is to be mended now.
restore() {
  if [ "$mode" = apply ]; then
    return 0
  fi
  waiting=$((waiting + 1))
  tell 'would %-9s  %s\n' "$1" "$2"
  [ "$3" = missing ] || [ -z "$3" ] || tell_block '                 ' "$3"
  return 1
}

# as_before WHAT
as_before() {
  in_step=$((in_step + 1))
  tell 'as before        %s\n' "$1"
}

# stays WHAT WHY: something that is not undone.
stays() {
  staying=$((staying + 1))
  tell 'stays            %s\n' "$1"
  tell '                 %s\n' "$2"
}

# done_with WORD WHAT
done_with() {
  restored=$((restored + 1))
  tell '%-15s  %s\n' "$1" "$2"
}

# delete_path WHAT PATH: deletes what was not there before.
delete_path() {
  read_path "$2"
  if [ -z "$answer" ]; then
    as_before "$1"
  elif restore delete "$1" ''; then
    complaint=$("$VAULT_BIN" delete -- "$2" 2>&1) || fail "cannot delete $2: $complaint"
    read_path "$2"
    [ -z "$answer" ] || fail "$1 was deleted and is still there"
    done_with deleted "$1"
  fi
}

# write_back WHAT PATH SEEN: $body is what was there before, SEEN how the server shows it.
write_back() {
  read_path "$2"
  differences '<' "$3"
  if [ -z "$found_different" ]; then
    as_before "$1"
  elif restore restore "$1" "$found_different"; then
    printf '%s\n' "$body" | write_path "$2" -
    read_path "$2"
    differences '<' "$3"
    [ -z "$found_different" ] || fail "$1 was restored and reads back otherwise: $found_different"
    done_with restored "$1"
  fi
}

# tune_back WHAT auth|mounts PATH: $body holds the settings that a mount had before.
tune_back() {
  look_at_mount "$2" "$3"
  if [ -z "$found_different" ]; then
    as_before "$1"
  elif [ "$found_different" = missing ]; then
    fail "$1: the mount is gone"
  elif restore restore "$1" "$found_different"; then
    printf '%s\n' "$body" | write_path "sys/$2/$3/tune" -
    listed=
    look_at_mount "$2" "$3"
    [ -z "$found_different" ] || fail "$1 was restored and reads back otherwise: $found_different"
    done_with restored "$1"
  fi
}

# remove_mount WHAT auth|mounts PATH: a mount that was not there before, with all that it holds.
remove_mount() {
  body='{"type": "-"}'
  look_at_mount "$2" "$3"
  if [ "$found_different" = missing ]; then
    as_before "$1"
  elif [ "$remove_mounts" = no ]; then
    mounts_left=$((mounts_left + 1))
    stays "$1" "it was not there before; --apply --remove-mounts disables it and destroys all that it holds"
  else
    complaint=$("$VAULT_BIN" delete -- "sys/$2/$3" 2>&1) || fail "cannot disable $1: $complaint"
    listed=
    look_at_mount "$2" "$3"
    [ "$found_different" = missing ] || fail "$1 was disabled and is still there"
    done_with removed "$1"
  fi
}

# undo ENTRY: one thing as it was before. An entry holds its kind, its path, whether it was there, what people call it,
# and the body that brings it back.
undo() {
  {
    IFS= read -r kind
    IFS= read -r path
    IFS= read -r was
    IFS= read -r what
    body=$(cat)
  } <"$1"
  case $kind,$was in
    mount-auth,absent) remove_mount "$what" auth "$path" ;;
    mount-mounts,absent) remove_mount "$what" mounts "$path" ;;
    tuning-auth,present) tune_back "$what" auth "$path" ;;
    tuning-mounts,present) tune_back "$what" mounts "$path" ;;
    policy,absent | object,absent) delete_path "$what" "$path" ;;
    policy,present | object,present) write_back "$what" "$path" "$body" ;;
    config,absent)
      leftovers="$leftovers$path $what
"
      ;;
    config,present)
      write_back "$what" "$path" "${body%?\}},
  \"token_reviewer_jwt_set\": false
}"
      ;;
    config-with-token,present)
      changes=$((waiting + restored))
      write_back "$what" "$path" "$body"
      [ "$((waiting + restored))" -eq "$changes" ] ||
        stays "reviewer token of ${path%/config}/" "the one before is lost: write token_reviewer_jwt again by hand"
      ;;
    *) fail "cannot understand $1" ;;
  esac
}

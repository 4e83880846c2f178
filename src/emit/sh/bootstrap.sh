
mode=check
[ "$#" -le 1 ] || fail "at most one of --check, --dry-run and --apply"
case ${1-} in
  '' | --check) ;;
  --dry-run) mode=dry-run ;;
  --apply) mode=survey ;;
  *) fail "unknown argument $1: expected --check, --dry-run or --apply" ;;
esac
[ "$mode" = dry-run ] || find_vault

in_step=0
different=0
missing=0
written=0
saved=0
due=
notes=
next=

# would WHAT WHERE BODY: one object of a dry run.
would() {
  tell 'would write %s at %s\n' "$1" "$2"
  tell_block '    ' "$3"
}

# judge WHAT: tells what was found before anything is written; true if nothing needs to be written.
judge() {
  case $found_different in
    '')
      in_step=$((in_step + 1))
      tell 'in step    %s\n' "$1"
      return 0
      ;;
    missing)
      missing=$((missing + 1))
      tell 'missing    %s\n' "$1"
      ;;
    *)
      different=$((different + 1))
      tell 'different  %s\n' "$1"
      tell_block '             ' "$found_different"
      ;;
  esac
  return 1
}

# confirm WHAT: after a write, the server must give back what was written.
confirm() {
  [ -z "$found_different" ] || fail "$1 was written and reads back otherwise: $found_different"
  written=$((written + 1))
  tell 'written    %s\n' "$1"
}

# note TEXT: something that rollback.sh will not be able to undo.
note() {
  notes="$notes$1
"
}

# former: reads what compare reads, prints the JSON object that brings back what the server holds now: for a mount
# the settings that are about to change, else every field; what is absent now is given as empty.
former() {
  RW_MOUNT=$mount awk "$json_reader"'
    function level() {
      if (side == 1) return 1
      if (at_name[1] != "data") return 0
      if (mount == "") return 2
      if (at_name[2] != mount) return 0
      return depth > 3 && at_name[3] == "config" ? 4 : 3
    }
    function key(text) {}
    function leaf(text, quoted) {}
    function token(piece, class) {
      if (class == "k" && depth == level()) {
        open = depth
        field = piece
        if (!((side, field) in value)) order[side, ++fields[side]] = field
        value[side, field] = ""
      } else if (open && (depth < open || (depth == open && class == ","))) {
        open = 0
      } else if (open && !(depth == open && class == ":")) {
        value[side, field] = value[side, field] piece
      }
    }
    function empty(text) {
      if (text ~ /^"/) return "\"\""
      if (text ~ /^\[/) return "[]"
      if (text ~ /^\{/) return "{}"
      return text ~ /^[-0-9]/ ? "0" : "false"
    }
    function give(field, text) {
      if (text == "null") {
        if (!((1, field) in value)) return
        text = empty(value[1, field])
      }
      printf "%s\n  %s: %s", (given++ ? "," : "{"), field, text
    }
    BEGIN {
      mount = ENVIRON["RW_MOUNT"]
      side = 1
      # What the server tells and does not take.
      split("token_reviewer_jwt_set name modified version", told, " ")
      for (i in told) left_out["\"" told[i] "\""] = 1
    }
    { frame = substr($0, 1, 1) }
    frame == ">" && side == 1 {
      side = 2
      begin_json()
    }
    { json(substr($0, 2)) }
    END {
      if (failed) exit 3
      json_is_whole()
      for (i = 1; mount == "" && i <= fields[2]; i++) {
        field = order[2, i]
        if (!(field in left_out)) give(field, value[2, field])
      }
      for (i = 1; i <= fields[1]; i++) {
        field = order[1, i]
        if (mount != "" && ((2, field) in value)) give(field, value[2, field])
        else if (!((2, field) in value) && !(field in left_out)) give(field, empty(value[1, field]))
      }
      print (given ? "\n}" : "{}")
    }
  '
}

# open_state: makes the folder $next, which goes again unless it is committed.
open_state() {
  find_state
  if [ -e "$states" ] && [ ! -e "$states/rolewright-state" ] && [ -n "$(ls -A -- "$states")" ]; then
    fail "$states is there and holds something else; name another folder in ROLEWRIGHT_STATE"
  fi
  mkdir -p -- "$state" || fail "cannot keep what was there before in $states; name another folder in ROLEWRIGHT_STATE"
  {
    chmod 700 -- "$states" "$state" &&
      printf 'What servers held before bootstrap.sh --apply; rollback.sh reads it.\n' >"$states/rolewright-state" &&
      printf '*\n' >"$states/.gitignore" &&
      printf '%s\n' "$owner" >"$state/owner"
  } || fail "cannot write to $states"
  mkdir -- "$state/next" || fail "another run is at work, or was killed before it wrote anything: remove $state/next"
  next=$state/next
  trap 'rm -rf -- "$next"' EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

# save WHAT KIND PATH WANTED: on the way to a write, keeps what $answer says of something that is about to change.
save() {
  [ "$mode" = survey ] || return 0
  [ "$saved" -gt 0 ] || open_state
  saved=$((saved + 1))
  due="${due:-
}$3
"
  was=present
  former_body=
  if [ "$found_different" = missing ]; then
    was=absent
  else
    former_body=$(framed '<' "$4" | former) || fail "cannot make out what $1 holds now"
  fi
  printf '%s\n%s\n%s\n%s\n%s\n' "$2" "$3" "$was" "$1" "$former_body" >"$next/$(printf '%06d' "$saved")" ||
    fail "cannot write to $next"
}

# commit: from here on, what was saved is what rollback.sh goes back to.
commit() {
  run=1
  while [ -e "$state/$run" ] || [ -e "$state/$run.undone" ]; do
    run=$((run + 1))
  done
  before=
  [ ! -e "$state/latest" ] || before=$(cat -- "$state/latest")
  printf '%s\n' "$before" >"$next/before" || fail "cannot write to $next"
  mv -- "$next" "$state/$run" || fail "cannot write to $state"
  trap - EXIT HUP INT TERM
  {
    printf '%s\n' "$run" >"$state/latest.new" && mv -- "$state/latest.new" "$state/latest"
  } || fail "cannot write to $state"
}

# is_due PATH: true if this run found it different, and kept what it was.
is_due() {
  case $due in
    *"
$1
"*) return 0 ;;
    *) return 1 ;;
  esac
}

# ensure_mount WHAT auth|mounts PATH: JSON of what cannot be changed once the mount is there.
ensure_mount() {
  body=$(cat)
  case $mode in
    dry-run) would "$1" "sys/$2/$3" "$body" ;;
    write)
      look_at_mount "$2" "$3"
      if [ -n "$found_different" ]; then
        printf '%s\n' "$body" | write_path "sys/$2/$3" -
        listed=
        look_at_mount "$2" "$3"
        confirm "$1"
      fi
      ;;
    *)
      look_at_mount "$2" "$3"
      if judge "$1"; then
        return 0
      elif [ "$found_different" = missing ]; then
        save "$1" "mount-$2" "$3" "$body"
        note "$1 stays, unless rollback.sh is told to remove mounts"
      elif [ "$mode" != check ]; then
        fail "$1 is there already, and this cannot be changed: $found_different"
      fi
      ;;
  esac
}

# ensure_tuning WHAT auth|mounts PATH: JSON of the settings of a mount.
ensure_tuning() {
  body=$(cat)
  case $mode in
    dry-run) would "$1" "sys/$2/$3/tune" "$body" ;;
    write)
      look_at_mount "$2" "$3"
      if [ -n "$found_different" ]; then
        printf '%s\n' "$body" | write_path "sys/$2/$3/tune" -
        listed=
        look_at_mount "$2" "$3"
        confirm "$1"
      fi
      ;;
    *)
      look_at_mount "$2" "$3"
      # The settings of a mount that is not there go with it.
      if ! judge "$1" && [ "$found_different" != missing ]; then
        mount=$3/
        save "$1" "tuning-$2" "$3" "$body"
        mount=
      fi
      ;;
  esac
}

# ensure_object WHAT PATH: JSON of a configuration or role, every managed field in it.
ensure_object() {
  body=$(cat)
  case $mode in
    dry-run) would "$1" "$2" "$body" ;;
    write)
      if is_due "$2"; then
        printf '%s\n' "$body" | write_path "$2" -
        look_at_object "$2"
        confirm "$1"
      fi
      ;;
    *)
      look_at_object "$2"
      judge "$1" || save "$1" object "$2" "$body"
      ;;
  esac
}

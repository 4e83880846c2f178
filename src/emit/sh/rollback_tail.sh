
settings
find_state
if [ ! -e "$state/latest" ]; then
  others=
  for other in "$states"/*/owner; do
    [ ! -e "$other" ] || others="$others; there is a state of $(tr '\n' ' ' <"$other")"
  done
  fail "no saved state in $states of $(printf '%s' "$owner" | tr '\n' ' ')$others"
fi
run=$(cat -- "$state/latest")
if [ -z "$run" ]; then
  tell 'every run of bootstrap.sh is undone\n'
  exit 0
fi
[ -e "$state/$run/before" ] || fail "$state/$run is missing or incomplete"

# What was made last goes first.
entries=
for entry in "$state/$run"/0*; do
  entries="$entry
$entries"
done
while [ -n "$entries" ]; do
  entry=${entries%%
*}
  entries=${entries#*
}
  undo "$entry"
done
while [ -n "$leftovers" ]; do
  leftover=${leftovers%%
*}
  leftovers=${leftovers#*
}
  path=${leftover%%/config *}/config
  what=${leftover#"$path "}
  read_path "$path"
  if [ -z "$answer" ]; then
    as_before "$what"
  else
    stays "$what" "it was not there before, and goes only with its mount"
  fi
done

if [ "$mode" = show ]; then
  tell '%s would change, %s as before, %s stay\n' "$waiting" "$in_step" "$staying"
  [ "$waiting" -eq 0 ] || exit 1
  exit 0
fi
tell '%s changed, %s were as before, %s stay\n' "$restored" "$in_step" "$staying"
if [ "$mounts_left" -gt 0 ] && [ "$restored" -gt 0 ]; then
  tell 'mounts are left: --apply --remove-mounts removes them, --apply leaves them for good\n'
  exit 0
fi
before=$(cat -- "$state/$run/before")
{
  printf '%s\n' "$before" >"$state/latest.new" &&
    mv -- "$state/latest.new" "$state/latest" &&
    mv -- "$state/$run" "$state/$run.undone"
} || fail "all is restored, but $state cannot be written to"
[ -z "$before" ] || tell 'an earlier run can be undone next\n'


# The token that asks at present, and what tokens were found to hold: identity, path and capabilities in a line each.
token=
held=

# revoke: ends the token, if there is one.
revoke() {
  [ -n "$token" ] || return 0
  ended=$token
  token=
  # Nothing may come between, so the command does not see the signals of the terminal.
  (
    trap '' HUP INT TERM
    printf '{"token": "%s"}\n' "$ended" | "$VAULT_BIN" write -format=json -- auth/token/revoke - >/dev/null
  ) || fail "cannot revoke a token of this script; it ends by itself within a minute"
}

stopped=
trap revoke EXIT

# act_on_signals: a signal ends the script, and with it the token.
act_on_signals() {
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  [ -z "$stopped" ] || exit "$stopped"
}
act_on_signals

# token_of IDENTITY POLICY...: JSON of a token such as a login would give, in $token; empty if there is none. The
# policies are those that the spec does not declare: a token that belongs to nobody says nothing about a template.
token_of() {
  body=$(cat)
  token=
  who=$1
  shift
  for policy; do
    read_path "sys/policies/acl/$policy"
    case $answer in
      *'{{'*)
        no_token "policy $policy is templated: what it grants hangs on who logs in"
        return 0
        ;;
    esac
  done
  # A signal that comes while the token is made is acted on once the token is known.
  trap 'stopped=129' HUP
  trap 'stopped=130' INT
  trap 'stopped=143' TERM
  answer=$(
    trap '' HUP INT TERM
    printf '%s\n' "$body" | "$VAULT_BIN" write -format=json -- auth/token/create -
  ) || no_token "no token could be made"
  token=$(printf '%s\n' "$answer" | sed -n 's/^ *"client_token": "\([A-Za-z0-9._-]*\)",\{0,1\}$/\1/p')
  answer=
  act_on_signals
}

# no_token WHY: what is asked about $who cannot be answered.
no_token() {
  held="$held$who	!	$1
"
}

# ask: JSON list of paths; what the token holds on each of them is added to $held, and the token ends.
ask() {
  paths=$(cat)
  [ -n "$token" ] || return 0
  answer=$(printf '{"token": "%s", "paths": %s}\n' "$token" "$paths" |
    "$VAULT_BIN" write -format=json -- sys/capabilities -) || answer=
  revoke
  if [ -z "$answer" ]; then
    no_token "the server does not tell what a token holds"
    return 0
  fi
  held="$held$(printf '%s\n' "$answer" | RW_WHO=$who awk "$json_reader"'
    function key(text) {}
    function token(piece, class) {}
    function leaf(text, quoted) {
      if (at_name[1] == "data" && depth == 3) words[at_name[2]] = words[at_name[2]] " " text
    }
    { json($0) }
    END {
      if (failed) exit 3
      json_is_whole()
      for (path in words) print ENVIRON["RW_WHO"] "\t" path "\t" words[path] " "
    }
  ')
" || fail "what a token holds cannot be made out"
}

# expect_access WHAT can|cannot WORDS PATH IDENTITY...: whoever has all the words can; one identity that can suffices.
expect_access() {
  what=$1
  quantity=$2
  verdict=$(
    shift 2
    printf '%s' "$held" | awk -F '\t' '
      BEGIN {
        needed = split(ARGV[1], need, " ")
        path = ARGV[2]
        for (i = 3; i < ARGC; i++) who[++count] = ARGV[i]
        for (i = 1; i < ARGC; i++) ARGV[i] = ""
      }
      $2 == "!" { why[$1] = $3 }
      $2 == path { words[$1] = $3 }
      END {
        for (i = 1; i <= count; i++) {
          if (!(who[i] in words)) {
            unclear = unclear who[i] ": " (who[i] in why ? why[who[i]] : "the server did not answer") "\n"
            continue
          }
          can = 1
          for (j = 1; j <= needed; j++) if (!index(words[who[i]], " " need[j] " ")) can = 0
          if (index(words[who[i]], " root ")) can = 1
          if (can) able = able "\n" who[i] ": holds" words[who[i]]
          else unable = unable "\n" who[i] ": holds" words[who[i]]
        }
        if (able != "") print "can" able
        else if (unclear != "") print "unclear\n" unclear
        else print "cannot" unable
      }
    ' "$@"
  )
  case $verdict in
    unclear*) cannot_tell "$what" "${verdict#*
}" ;;
    "$quantity" | "$quantity
"*) holds "$what" ;;
    cannot) fails "$what" "no role admits that" ;;
    *) fails "$what" "${verdict#*
}" ;;
  esac
}

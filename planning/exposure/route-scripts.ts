/** Where Traefik's two volumes are mounted, in Traefik and in the jobs that fill them. */
export const routesFolder = "/etc/traefik/routes";
export const acmeFolder = "/var/lib/traefik";

/** The file of what holds for every route; a system's routes are in a file of their own. */
export const edgeFile = "edge";

/** The user of Berth's proxies. */
export const edgeUser = "65532:65532";

/** A new volume belongs to root; Traefik and the jobs that write its routes do not run as root. */
export const ownershipScript = `chown ${edgeUser} ${routesFolder} ${acmeFolder}`;

/**
 * Puts $FILE into the routes folder as $NAME.yml, and with $FILES takes all others away. Traefik watches the folder: it must see a whole file or none, so the file is written under
 * a name that Traefik does not read, and moved. Users' lines take the place of their @placeholders@.
 */
export const routesScript = `umask 077
cd ${routesFolder}
if [ -n "\${FILES+set}" ]; then
  for file in *.yml; do
    case " $FILES " in *" \${file%.yml} "*) ;; *) rm -f "$file" ;; esac
  done
fi
if [ -n "\${CERTIFICATE+set}" ]; then printf '%s\\n' "$CERTIFICATE" > "$CERTIFICATE_FILE"; fi
printf '%s' "$FILE" > ".$NAME.new"
for variable in $(env | sed -n 's/^\\(USER_[A-Za-z0-9_]*\\)=.*/\\1/p'); do
  eval "line=\\$$variable"
  sed -i "s|@$variable@|$line|g" ".$NAME.new"
done
mv ".$NAME.new" "$NAME.yml"
`;

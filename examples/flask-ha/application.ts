import { readFileSync } from "node:fs";

export interface Settings {
  /** ARN of the secret that says where the database is and who may use it. */
  readonly secret: string;
  readonly region: string;
}

/**
 * User data of an application instance: installs Flask and its server from Debian packages and runs `app.py` as a service
 * of its own user. On the local region the packages are in the machine image already (image.yaml); on AWS `apt-get` downloads
 * them, which needs the package lists first.
 */
export const userData = (settings: Settings): string => `#!/bin/bash
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
packages="python3-boto3 python3-flask python3-psycopg2 python3-waitress"
dpkg --status $packages >/dev/null 2>&1 || { apt-get update && apt-get install -y --no-install-recommends $packages; }

id -u flask-app >/dev/null 2>&1 || useradd --system --user-group --no-create-home --shell /usr/sbin/nologin flask-app

cat > /etc/flask-app.env <<'SETTINGS'
DB_SECRET=${settings.secret}
AWS_DEFAULT_REGION=${settings.region}
SETTINGS

install -d -m 0755 /opt/flask-app
cat > /opt/flask-app/app.py <<'APPLICATION'
${readFileSync(new URL("app.py", import.meta.url), "utf8").trimEnd()}
APPLICATION

cat > /etc/systemd/system/flask-app.service <<'UNIT'
${readFileSync(new URL("flask-app.service", import.meta.url), "utf8").trimEnd()}
UNIT

systemctl daemon-reload
systemctl enable --now flask-app.service
`;

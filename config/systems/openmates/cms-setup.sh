#!/bin/sh
# Makes sure that Directus has a service user with the token that the API was given.
exec node --input-type=module - <<'SCRIPT'
const { CMS_URL, ADMIN_EMAIL, ADMIN_PASSWORD, CMS_TOKEN } = process.env;
const serviceEmail = `service@${ADMIN_EMAIL.split("@")[1]}`;

async function call(method, path, token, body) {
  const response = await fetch(`${CMS_URL}${path}`, {
    method,
    headers: {
      "content-type": "application/json",
      ...(token && { authorization: `Bearer ${token}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  // Answers can repeat what was sent: only the status is told.
  if (!response.ok) throw new Error(`${method} ${path.split("?")[0]}: status ${response.status}`);
  return response.status === 204 ? undefined : (await response.json()).data;
}

try {
  const login = { email: ADMIN_EMAIL, password: ADMIN_PASSWORD };
  const { access_token: token } = await call("POST", "/auth/login", undefined, login);
  const { role } = await call("GET", "/users/me?fields=role", token);
  const filter = encodeURIComponent(JSON.stringify({ email: { _eq: serviceEmail } }));
  const [existing] = await call("GET", `/users?fields=id&filter=${filter}`, token);
  const user = { email: serviceEmail, first_name: "Service", role, status: "active", token: CMS_TOKEN };
  if (existing) await call("PATCH", `/users/${existing.id}`, token, user);
  else await call("POST", "/users", token, user);
  console.log(`cms-setup: service user ${existing ? "is up to date" : "created"}`);
} catch (error) {
  console.error(`cms-setup: ${error.message}`);
  process.exitCode = 1;
}
SCRIPT

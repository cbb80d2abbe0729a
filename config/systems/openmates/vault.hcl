# Reached on the system's own network alone, which is why it speaks plain HTTP.
listener "tcp" {
  address     = "0.0.0.0:8200"
  tls_disable = true
}

storage "file" {
  path = "/vault/file"
}

api_addr          = "http://vault:8200"
disable_mlock     = true
ui                = true
default_lease_ttl = "768h"
# The services' token is made for ten years and replaced when its secret is rotated.
max_lease_ttl     = "87600h"

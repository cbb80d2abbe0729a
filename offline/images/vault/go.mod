module berth.local/vault

go 1.23.3

require github.com/hashicorp/vault v1.18.4

// In Vault's repository these lie beside it; here they are the published versions that fit it. What
// only the build without the tag `minimal` needs is not listed, so don't tidy this file.
require (
	github.com/hashicorp/vault/api v1.16.0 // indirect
	github.com/hashicorp/vault/sdk v0.14.1 // indirect
)

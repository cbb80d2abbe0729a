package vault

import (
	"context"

	"github.com/hashicorp/vault/sdk/helper/automatedrotationutil"
	"github.com/hashicorp/vault/sdk/rotation"
)

// The published sdk asks every system view for rotation jobs, which the one in Vault's repository
// does not yet. Only Vault's paid edition has them.

func (dynamicSystemView) RegisterRotationJob(context.Context, *rotation.RotationJob) (string, error) {
	return "", automatedrotationutil.ErrRotationManagerUnsupported
}

func (dynamicSystemView) DeregisterRotationJob(context.Context, string) error {
	return automatedrotationutil.ErrRotationManagerUnsupported
}

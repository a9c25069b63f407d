//go:build wasip1

package net

import "context"

func cgoLookupCNAME(ctx context.Context, name string) (string, error, bool) {
	return "", errGopherixCNAME, false
}

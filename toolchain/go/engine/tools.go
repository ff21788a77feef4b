//go:build tools

// Package engine keeps the engine's command among this module's requirements.
package engine

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"

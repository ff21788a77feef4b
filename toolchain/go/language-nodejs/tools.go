//go:build tools

// Package languagenodejs keeps the language host's command among this module's requirements.
package languagenodejs

import _ "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs"

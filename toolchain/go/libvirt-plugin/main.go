// The Pulumi plugin for libvirt: dmacvicar's Terraform provider behind Pulumi's bridge, as
// `pulumi package add terraform-provider dmacvicar/libvirt` would make it, for machines that cannot download that.
//
//	pulumi-resource-libvirt          serves the engine
//	pulumi-resource-libvirt schema   prints the package's schema, from which the Node SDK is generated
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/dmacvicar/terraform-provider-libvirt/libvirt"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfgen"
	sdkv2 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
)

const version = "0.8.3"

func provider() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:            sdkv2.NewProvider(libvirt.Provider()),
		Name:         "libvirt",
		Version:      version,
		Description:  "libvirt, bridged from the Terraform provider dmacvicar/libvirt",
		MetadataInfo: tfbridge.NewProviderMetadata([]byte("{}")),
	}
	info.MustComputeTokens(tokens.SingleModule("libvirt_", "index", tokens.MakeStandard("libvirt")))
	return info
}

func schemaOf(info tfbridge.ProviderInfo) (schema.PackageSpec, error) {
	result, err := tfgen.GenerateSchemaWithOptions(tfgen.GenerateSchemaOptions{
		ProviderInfo: info,
		// What the engine shows of a plugin's own output is for errors, and this runs at every start.
		DiagnosticsSink: diag.DefaultSink(io.Discard, io.Discard, diag.FormatOptions{Color: colors.Never}),
		// Descriptions come from the provider itself, not from a checkout of its sources.
		XInMemoryDocs: true,
	})
	if err != nil {
		return schema.PackageSpec{}, err
	}
	result.PackageSpec.Version = version
	return result.PackageSpec, nil
}

func main() {
	info := provider()
	spec, err := schemaOf(info)
	if err != nil {
		fmt.Fprintln(os.Stderr, "cannot make libvirt's schema:", err)
		os.Exit(1)
	}
	text, err := json.Marshal(spec)
	if err != nil {
		fmt.Fprintln(os.Stderr, "cannot write libvirt's schema:", err)
		os.Exit(1)
	}
	if len(os.Args) > 1 && os.Args[1] == "schema" {
		fmt.Println(string(text))
		return
	}
	tfbridge.Main("libvirt", version, info, text)
}

/** The process that Pulumi's engine starts for the provider `kvmlab` (Pulumi.yaml: plugins.providers). */
import { KvmlabProvider } from "./kvmlab-provider";
import { runPlugin } from "./protocol/run-plugin";

runPlugin((log) => new KvmlabProvider(log), "leave");

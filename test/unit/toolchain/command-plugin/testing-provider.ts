import { EngineLog } from "../../../../provider/protocol/engine-log";
import type { PropertyMap } from "../../../../provider/protocol/property-values";
import { CommandProvider } from "../../../../toolchain/command-plugin/command-provider";

/** A log that remembers what would be shown. */
class RememberingLog extends EngineLog {
  readonly lines: string[] = [];

  override forResource() {
    return {
      status: (line: string) => void this.lines.push(line),
      say: (line: string) => void this.lines.push(line),
      flush: async () => {},
    };
  }
}

export interface TestingProvider {
  readonly provider: CommandProvider;
  readonly lines: string[];
  create(type: string, inputs: PropertyMap, timeout?: number): Promise<PropertyMap>;
  update(type: string, state: PropertyMap, inputs: PropertyMap): Promise<PropertyMap>;
  delete(type: string, state: PropertyMap): Promise<void>;
}

/** The provider as the engine would use it: check first, then the step. */
export function testingProvider(): TestingProvider {
  const log = new RememberingLog();
  const provider = new CommandProvider(log);
  const checked = (type: string, inputs: PropertyMap) => {
    const result = provider.check(urn(type), inputs);
    if (result.failures.length > 0) throw new Error(JSON.stringify(result.failures));
    return result.inputs;
  };
  return {
    provider,
    lines: log.lines,
    async create(type, inputs, timeout = 20) {
      const call = { urn: urn(type), inputs: checked(type, inputs), preview: false, timeout };
      return (await provider.create(call)).properties;
    },
    update: (type, state, inputs) =>
      provider.update(state, { urn: urn(type), inputs: checked(type, inputs), preview: false, timeout: 20 }),
    delete: (type, state) => provider.delete(urn(type), state, 20),
  };
}

export function urn(type: string): string {
  return `urn:pulumi:dev::project::some:parent:Type$${type}::thing`;
}

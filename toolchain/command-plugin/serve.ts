import {
  type ServerUnaryCall,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Failure } from "./checks/input-shape";
import type { CommandProvider } from "./command-provider";
import type { PropertyChange } from "./detailed-diff";
import { withAssetPaths } from "./elided-assets";
import type { EngineLog } from "./engine-log";
import type { PropertyMap } from "./property-values";

/** The version that the stand-in answers for. */
const version = "1.2.1";

/**
 * Pulumi's provider protocol, answered by the provider. Spoken directly and not through pulumi.provider.main, which knows no
 * old inputs, detailed diffs, previews of outputs and time limits, and loads the whole SDK: 0.15 s more at every start.
 */
export function providerService(provider: CommandProvider, log: EngineLog): UntypedServiceImplementation {
  return {
    handshake: answer((request: proto.ProviderHandshakeRequest) => {
      log.connect(request.getEngineAddress());
      const response = new proto.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      response.setAcceptResources(true);
      return response;
    }),
    attach: answer((request: { getAddress(): string }) => {
      log.connect(request.getAddress());
      return new Empty();
    }),
    getPluginInfo: answer(() => {
      const info = new PluginInfo();
      info.setVersion(version);
      return info;
    }),
    configure: answer(() => {
      const response = new proto.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setAcceptresources(true);
      response.setSupportspreview(true);
      return response;
    }),
    check: answer((request: proto.CheckRequest) => {
      const { inputs, failures } = provider.check(request.getUrn(), map(request.getNews()));
      const response = new proto.CheckResponse();
      response.setInputs(struct(inputs));
      response.setFailuresList(failures.map(checkFailure));
      return response;
    }),
    diff: answer((request: proto.DiffRequest) => {
      const olds = map(request.hasOldInputs() ? request.getOldInputs() : request.getOlds());
      const news = ignoring(request.getIgnorechangesList(), map(request.getOlds()), map(request.getNews()));
      return diffResponse(provider.diff(request.getUrn(), olds, news));
    }),
    create: answer(async (request: proto.CreateRequest) => {
      const { id, properties } = await provider.create({
        urn: request.getUrn(),
        inputs: map(request.getProperties()),
        preview: request.getPreview(),
        timeout: request.getTimeout(),
      });
      const response = new proto.CreateResponse();
      response.setId(id);
      response.setProperties(struct(properties));
      return response;
    }),
    // What a command did cannot be looked at: the state is what it is.
    read: answer((request: proto.ReadRequest) => {
      const response = new proto.ReadResponse();
      response.setId(request.getId());
      response.setProperties(struct(withAssetPaths(map(request.getProperties()))));
      response.setInputs(request.getInputs());
      return response;
    }),
    update: answer(async (request: proto.UpdateRequest) => {
      const state = map(request.getOlds());
      const properties = await provider.update(state, {
        urn: request.getUrn(),
        inputs: ignoring(request.getIgnorechangesList(), state, map(request.getNews())),
        preview: request.getPreview(),
        timeout: request.getTimeout(),
      });
      const response = new proto.UpdateResponse();
      response.setProperties(struct(properties));
      return response;
    }),
    delete: answer(async (request: proto.DeleteRequest) => {
      await provider.delete(request.getUrn(), map(request.getProperties()), request.getTimeout());
      return new Empty();
    }),
    invoke: answer(async (request: proto.InvokeRequest) => {
      const { outputs, failures } = await provider.invoke(request.getTok(), map(request.getArgs()));
      const response = new proto.InvokeResponse();
      response.setReturn(struct(outputs));
      response.setFailuresList(failures.map(checkFailure));
      return response;
    }),
    cancel: answer(() => {
      provider.cancel();
      return new Empty();
    }),
  };
}

function answer<Request, Response>(handle: (request: Request) => Response | Promise<Response>) {
  return async (call: ServerUnaryCall<Request, Response>, respond: sendUnaryData<Response>) => {
    try {
      respond(null, await handle(call.request));
    } catch (error) {
      const details = error instanceof Error ? error.message : String(error);
      respond({ code: status.UNKNOWN, details });
    }
  };
}

function map(message: Struct | undefined): PropertyMap {
  return (message?.toJavaScript() ?? {}) as PropertyMap;
}

function struct(properties: PropertyMap): Struct {
  return Struct.fromJavaScript(properties as Parameters<typeof Struct.fromJavaScript>[0]);
}

/** Properties whose changes are to be ignored keep the value of the state. */
function ignoring(names: readonly string[], state: PropertyMap, inputs: PropertyMap): PropertyMap {
  const kept = names.flatMap((name) => (state[name] === undefined ? [] : [[name, state[name]] as const]));
  return { ...inputs, ...Object.fromEntries(kept) };
}

function checkFailure(failure: Failure): proto.CheckFailure {
  const message = new proto.CheckFailure();
  message.setProperty(failure.property);
  message.setReason(failure.reason);
  return message;
}

function diffResponse(changes: ReadonlyMap<string, PropertyChange>): proto.DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
  const response = new proto.DiffResponse();
  response.setChanges(changes.size === 0 ? DIFF_NONE : DIFF_SOME);
  response.setHasdetaileddiff(true);
  for (const [path, change] of changes) {
    const detail = new proto.PropertyDiff();
    detail.setKind(kindOfDiff(change));
    response.getDetaileddiffMap().set(path, detail);
    response.addDiffs(path.split(/[.[]/)[0] ?? path);
    if (change.replaces) response.addReplaces(path);
  }
  return response;
}

function kindOfDiff({ kind, replaces }: PropertyChange): proto.PropertyDiff.Kind {
  const kinds = proto.PropertyDiff.Kind;
  const name = kind.toUpperCase() as "ADD" | "DELETE" | "UPDATE";
  return replaces ? kinds[`${name}_REPLACE`] : kinds[name];
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createServer as createDoor, type Server as Door } from "node:net";
import { join } from "node:path";
import type { Fabric } from "../../parts/fabric/fabric.js";
import { internet } from "../../parts/fabric/spec.js";
import { internetName, servicesName } from "../../parts/fabric/vpc.js";
import type { Folders } from "../../parts/host/folders.js";
import type { RegionLabel } from "../../parts/host/label.js";
import { listenIn, type ListenHandle } from "../../parts/host/sockets.js";
import { findMirrors, type MirrorAccess } from "../../parts/images/mirrors.js";
import type { NameSpec } from "../../parts/names/spec.js";
import { authorityFile, ensureAuthority, issueCertificate, type Authority } from "../../parts/outside/authority.js";
import { packageProxy, type PackageProxyOptions } from "../../parts/outside/packageproxy.js";
import { services } from "../operations/operation.js";
import type { RunningServer } from "../server/server.js";
import type { WaitConditionBucket } from "../stacks/waiting/bucket.js";
import { bucketHost } from "../stacks/waiting/handles.js";

const proxyPort = 3128;

/** Whose answers the endpoints give. */
export type Api = Pick<RunningServer, "settings" | "equip">;

/**
 * What machines of the model reach outside it, at addresses of the simulated internet: the AWS API, by its own names and with
 * certificates of the region's authority; and the package mirrors of this host, through a proxy that admits nothing else. So
 * routes, NAT and security groups decide who gets there. S3 is behind gateway endpoints, too.
 */
export class Outside {
  private open: Promise<readonly (Server | Door)[]> | undefined;
  private api: Api | undefined;
  private readonly certificate: EndpointCertificate;

  constructor(
    private readonly house: {
      readonly label: RegionLabel;
      readonly folders: Folders;
      readonly fabric: Pick<Fabric, "applyInternet" | "applyServices">;
      /** Root of the engine image, when that is built. */
      readonly engineReady: () => Promise<unknown>;
      readonly engineRoot: string;
      readonly regionName: string;
      readonly waitConditions: WaitConditionBucket;
    },
  ) {
    const { regionName, waitConditions, engineRoot } = house;
    this.certificate = new EndpointCertificate(
      () => [regionName, ...waitConditions.regionNames().filter((other) => other !== regionName)],
      (names) => ensureAuthority(this.folder, engineRoot, names),
    );
  }

  /** The certificate that whoever calls the endpoints needs to trust; there once `ensure` has resolved. */
  get trustedFile(): string {
    return join(this.folder, authorityFile);
  }

  /** Who answers calls of the AWS API. */
  serve(api: Api): void {
    this.api = api;
  }

  /** Listens, when this resolves; open already is fine. Gives what a machine needs to know of it. */
  async ensure(): Promise<{ readonly trusts: Authority; readonly packageProxy: string }> {
    this.open ??= this.listen().catch((error: unknown) => {
      this.open = undefined;
      throw error;
    });
    await this.open;
    return { trusts: await this.certificate.current(), packageProxy: `http://${internet.packageProxy}:${proxyPort}` };
  }

  /** A certificate of the authority that machines trust, with its key. */
  async issue(names: readonly string[]): Promise<{ readonly key: string; readonly certificate: string }> {
    await this.house.engineReady();
    await this.certificate.current();
    return issueCertificate(this.folder, this.house.engineRoot, names);
  }

  async close(): Promise<void> {
    const open = await this.open?.catch(() => undefined);
    for (const server of open ?? []) {
      if ("closeAllConnections" in server) server.closeAllConnections();
      server.close();
    }
  }

  private get folder(): string {
    return join(this.house.folders.state, "authority");
  }

  /** The API answers, but for what is CloudFormation's bucket's. */
  private equip(server: Server, api: Api): void {
    const { waitConditions } = this.house;
    api.equip(server);
    const answering = server.listeners("request") as ((incoming: IncomingMessage, outgoing: ServerResponse) => void)[];
    server.removeAllListeners("request");
    server.on("request", (incoming, outgoing) => {
      if (waitConditions.owns(incoming)) void waitConditions.take(incoming, outgoing);
      else for (const answer of answering) answer(incoming, outgoing);
    });
  }

  private async listen(): Promise<readonly (Server | Door)[]> {
    const { label, folders, fabric, engineReady } = this.house;
    const { api, certificate } = this;
    if (api === undefined) throw new Error("the AWS API is not there yet");
    await Promise.all([engineReady(), fabric.applyInternet(), fabric.applyServices()]);
    const https = createTlsServer(api.settings);
    certificate.showBy(({ endpoints: { key, certificate: own }, certificate: above }) =>
      https.setSecureContext({ key, cert: `${own}${above}` }),
    );
    await certificate.current();
    const s3 = [
      { protocol: "tcp", host: internet.s3, port: 80 },
      { protocol: "tcp", host: internet.s3, port: 443 },
    ] as const;
    const handles = await listenIn(internetName(label), [
      { protocol: "tcp", host: internet.endpoints, port: 80 },
      { protocol: "tcp", host: internet.endpoints, port: 443 },
      { protocol: "tcp", host: internet.packageProxy, port: proxyPort },
      ...s3,
    ]);
    const servers: (Server | Door)[] = [];
    const unused = [...handles];
    const open = async (server: Server | Door, handle: ListenHandle): Promise<void> => {
      servers.push(await listening(server, handle));
      unused.splice(unused.indexOf(handle), 1);
    };
    try {
      const behindEndpoints = await listenIn(servicesName(label), s3);
      unused.push(...behindEndpoints);
      const http = createServer(api.settings);
      for (const server of [http, https]) this.equip(server, api);
      const [plain, secure, proxy, plainS3, secureS3] = handles;
      await open(http, plain);
      await open(https, secure);
      await open(packageProxy(mirrorAccess(folders)), proxy);
      for (const handle of [plainS3, behindEndpoints[0]]) await open(doorOf(http), handle);
      for (const handle of [secureS3, behindEndpoints[1]]) await open(doorOf(https), handle);
    } catch (error) {
      // What is open would stand in the way of the next try.
      for (const closable of [...servers, ...unused]) closable.close();
      throw error;
    }
    return servers;
  }
}

/** Looked up when first asked for, and again while there are none: the machine image, which knows them, may be built later. */
function mirrorAccess(folders: Folders): PackageProxyOptions {
  let known: MirrorAccess | undefined;
  const access = async (): Promise<MirrorAccess> => {
    if (known === undefined || known.mirrors.size === 0) known = await findMirrors(folders);
    return known;
  };
  return { mirrors: async () => (await access()).mirrors, upstream: async () => (await access()).upstream };
}

/** One more place where a server is reached: it listens at one only. */
const doorOf = (server: Server): Door => createDoor((socket) => server.emit("connection", socket));

function listening<S extends Server | Door>(server: S, handle: ListenHandle): Promise<S> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(handle, () => {
      server.off("error", reject);
      resolve(server);
    });
  });
}

/**
 * The endpoints' certificate, which is for the names of all regions that there are: it is made anew when one appears, and shown from the
 * next connection on. The authority stays, so machines that trust it go on doing so.
 */
export class EndpointCertificate {
  private made: { readonly names: string; readonly authority: Authority } | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  private show: (authority: Authority) => void = () => undefined;

  constructor(
    private readonly regionNames: () => readonly string[],
    private readonly make: (names: readonly string[]) => Promise<Authority>,
  ) {}

  /** Who is to be told of it, now and whenever it is another. */
  showBy(show: (authority: Authority) => void): void {
    this.show = show;
    if (this.made !== undefined) show(this.made.authority);
  }

  /** One after another: two would write the same files. A failure is that of the one who asked; the next one tries again. */
  current(): Promise<Authority> {
    const mine = this.turn.then(() => this.renewed());
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async renewed(): Promise<Authority> {
    const names = certified(this.regionNames());
    const key = names.join();
    if (this.made?.names === key) return this.made.authority;
    const authority = await this.make(names);
    this.show(authority);
    this.made = { names: key, authority };
    return authority;
  }
}

/** A region is whatever a client signs for; what is no part of a DNS name has no endpoints, and must not stop those of the others. */
const certified = (regionNames: readonly string[]): readonly string[] => [
  "*.amazonaws.com",
  ...regionNames
    .filter((regionName) => /^[a-z0-9-]{1,63}$/.test(regionName))
    .flatMap((regionName) => [`*.${regionName}.amazonaws.com`, `*.s3.${regionName}.amazonaws.com`]),
];

/** IAM is one for all regions, and STS has a name for all beside the regional ones (https://docs.aws.amazon.com/general/latest/gr/). */
const globalNames = ["iam.amazonaws.com", "sts.amazonaws.com"];

/** The names of the AWS API in a region, as far as it is modelled: others do not resolve. */
export const endpointNames = (regionName: string): readonly NameSpec[] => [
  ...[
    ...globalNames,
    ...Object.keys(services)
      .filter((service) => service !== "iam" && service !== "s3")
      .map((service) => `${service}.${regionName}.amazonaws.com`),
  ].map((name) => ({ name, addresses: [internet.endpoints] })),
  // Whatever the bucket is called: that it is not there is said by S3.
  ...[`s3.${regionName}.amazonaws.com`, `*.s3.${regionName}.amazonaws.com`, bucketHost(regionName)].map((name) => ({
    name,
    addresses: [internet.s3],
  })),
];

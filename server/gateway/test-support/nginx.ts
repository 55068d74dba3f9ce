import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually, freePort } from './test-gateway'

export const HAS_NGINX = spawnSync('nginx', ['-v']).status === 0

export interface NginxPeer {
  readonly address: string
  readonly port: number
  stop(): Promise<void>
}

/** nginx as a proxy in front of a port of this machine, without logs, with the gateway's own limits. */
export async function startNginx(backendPort: number): Promise<NginxPeer> {
  const directory = mkdtempSync(join(tmpdir(), 'mirrorboard-nginx-'))
  const port = await freePort()
  const file = join(directory, 'nginx.conf')
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((what) => `${what}_temp_path ${directory}/${what};`)
    .join('\n')
  writeFileSync(
    file,
    `daemon off; master_process off; worker_processes 1;
    pid ${directory}/pid; error_log ${directory}/error.log;
    events { worker_connections 256; }
    http {
      access_log off; ${temporary}
      large_client_header_buffers 8 64k;
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass http://127.0.0.1:${backendPort}; proxy_http_version 1.1;
          proxy_set_header Host $host; proxy_ignore_client_abort on;
        }
      }
    }`,
  )
  const child = spawn('nginx', ['-p', directory, '-c', file], { stdio: 'ignore' })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await eventually('nginx listening', () => accepts(port))
  return {
    address: '127.0.0.1',
    port,
    async stop() {
      child.kill('SIGKILL')
      await exited
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}

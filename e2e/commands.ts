/** Runs kubectl and curl as a person at a terminal would, against the world under test. */
import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const dataDirectory = process.env['MIRRORBOARD_E2E_DATA_DIR'] ?? ''
/** kubectl caches discovery under HOME; a fresh one sees what a new user's sees. */
const home = mkdtempSync(join(tmpdir(), 'mirrorboard-e2e-home-'))

const environment = {
  ...process.env,
  HOME: home,
  KUBECONFIG: join(dataDirectory, 'kubeconfig'),
}

export interface CommandResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0

/** Runs a bash command line with KUBECONFIG set, and `input` on its standard input. Never rejects. */
export function bash(
  command: string,
  input = '',
  extra: Record<string, string> = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = execFile(
      'bash',
      ['-c', command],
      { env: { ...environment, ...extra }, timeout: 60_000 },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr })
      },
    )
    child.stdin?.end(input)
  })
}

export const kubectl = (args: string, input = '') => bash(`kubectl ${args}`, input)

/** The Gateway's address, as the documentation reads it. */
export async function gatewayHost(): Promise<string> {
  const { stdout } = await kubectl(`get gateway/eg -o jsonpath='{.status.addresses[0].value}'`)
  return stdout
}

/** Sends one request by curl; `body` is what came back, `status` the code. */
export async function curl(url: string, host: string): Promise<{ status: number; body: string }> {
  const { stdout } = await bash(`curl -sS -w '\\n%{http_code}' --header "Host: ${host}" '${url}'`)
  const cut = stdout.lastIndexOf('\n')
  return { status: Number(stdout.slice(cut + 1)), body: stdout.slice(0, cut) }
}

import type { Config } from '../config'

/** What a person needs after the start: where the pages are, how kubectl gets in, a request that works. */
export function printWelcome(
  config: Config,
  details: Readonly<Record<string, string>>,
  elapsedMs: number,
): void {
  const { dashboard = '', kubeconfig, gatewayAddress, gatewayHost } = details
  const lines = [
    `Mirrorboard is ready (${(elapsedMs / 1000).toFixed(1)} s).`,
    '',
    `  Dashboard   ${dashboard}`,
    '              (the link works once; the next one is in the data directory, file login-url)',
  ]
  if (kubeconfig) lines.push(`  kubectl     export KUBECONFIG=${kubeconfig}`)
  else lines.push(`  Cluster     ${config.kubeconfig ?? ''}`)
  if (gatewayAddress) {
    lines.push(`  Gateway     ${gatewayAddress}`)
    lines.push(`  Try it      curl -H "Host: ${gatewayHost}" http://${gatewayAddress}/get`)
  }
  lines.push(
    '',
    'Stop with Ctrl+C; the state is kept. npm start -- --reset starts from an empty one.',
    '',
  )
  process.stdout.write(`${lines.join('\n')}\n`)
}

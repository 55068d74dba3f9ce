/** Bundles the planes into dist/: the composition root and the gateway's worker, packages left external. */
import { build } from 'esbuild'

await build({
  entryPoints: { main: 'server/main.ts', 'gateway-worker': 'server/gateway/gateway-worker.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  loader: { '.yaml': 'text' },
  sourcemap: true,
  logLevel: 'warning',
})

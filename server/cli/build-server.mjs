/** Bundles the planes into dist/: the composition root and the gateway's worker, packages left external. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { parse } from 'yaml'

rmSync('dist', { recursive: true, force: true })
await build({
  entryPoints: {
    main: 'server/main.ts',
    'gateway-worker': 'server/gateway/workers/gateway-worker.ts',
  },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  // A process loads only the planes it runs.
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  sourcemap: true,
  logLevel: 'warning',
})

const folder = join('lib', 'gateway-api', 'schema', 'standard')
const definitions = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => parse(readFileSync(join(folder, name), 'utf8')))
mkdirSync('dist', { recursive: true })
writeFileSync(join('dist', 'definitions.json'), JSON.stringify(definitions))

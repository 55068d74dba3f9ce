import { fileURLToPath } from 'node:url'

/** The page's own policy, with a nonce, is set in proxy.ts; this one is for every other answer. */
const STATIC_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

const COMMON_HEADERS = [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'Referrer-Policy', value: 'same-origin' },
  { key: 'Permissions-Policy', value: 'camera=(), geolocation=(), microphone=()' },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin' },
]

/** @type {import('next').NextConfig} */
const config = {
  reactStrictMode: true,
  poweredByHeader: false,
  // `npm run check` checks the types of the whole project; whoever only starts it need not wait for that.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: ['@kubernetes/client-node', 'lmdb'],
  turbopack: {
    root: fileURLToPath(new URL('.', import.meta.url)),
    resolveAlias: {
      // monaco-worker-manager 2.0 names a path that monaco-editor no longer exports.
      'monaco-editor/esm/vs/editor/editor.worker.js': 'monaco-editor/editor/editor.worker.js',
    },
  },
  headers: async () => [
    { source: '/:path*', headers: COMMON_HEADERS },
    {
      source: '/monaco/:path*',
      headers: [{ key: 'Content-Security-Policy', value: STATIC_POLICY }],
    },
  ],
}

export default config

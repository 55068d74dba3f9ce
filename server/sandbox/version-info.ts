/** GET /version. kubectl picks its behaviour by the minor version, so it is the one this server imitates. */
export const VERSION_INFO = {
  major: '1',
  minor: '32',
  gitVersion: 'v1.32.5',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'node',
  compiler: 'node',
  platform: 'mirrorboard/sandbox',
}

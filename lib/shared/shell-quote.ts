/** Text as one word of a POSIX shell: in single quotes nothing means anything to the shell but the quote itself. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

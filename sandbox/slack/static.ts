/** The page's own files, served from the source tree: the build copies none of them. */
import { existsSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { send } from './http';

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
};

/** Nothing from elsewhere, no inline script, no frame around it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The folder of package.json, from the source as from the build. */
function projectRoot(from: string): string {
  if (existsSync(join(from, 'package.json'))) return from;
  const up = dirname(from);
  if (up === from) throw new Error('the sandbox page was not found: no package.json above this file');
  return projectRoot(up);
}

const FOLDER = join(projectRoot(__dirname), 'sandbox', 'slack', 'page');

/** False when the path is none of the page's. Names are matched whole, so no path leads out of the folder. */
export function answerPage(response: ServerResponse, path: string): boolean {
  const name = path === '/' ? 'index.html' : /^\/page\/([a-z-]+\.(?:js|css))$/.exec(path)?.[1];
  if (!name || !existsSync(join(FOLDER, name))) return false;
  const type = TYPES[name.split('.').at(-1) ?? ''] ?? 'text/plain';
  const body = readFileSync(join(FOLDER, name));
  send(response, { status: 200, type, headers: { 'content-security-policy': POLICY }, body });
  return true;
}

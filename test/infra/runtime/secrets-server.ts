import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Secrets Manager with one secret, for callers whose role may read it. A caller's access key is its name. */
export class SecretsServer {
  readonly refused: string[] = [];
  readonly url: string;
  private readonly server: Server;

  private constructor(server: Server) {
    this.server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(allows: (caller: string) => boolean): Promise<SecretsServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const secrets = new SecretsServer(server);
    server.on('request', ({ headers }, response) => {
      const [, caller = ''] = /Credential=([^/]+)\//.exec(headers.authorization ?? '') ?? [];
      const isRead = headers['x-amz-target'] === 'secretsmanager.GetSecretValue';
      const type = { 'content-type': 'application/x-amz-json-1.1' };
      if (isRead && allows(caller)) {
        response.writeHead(200, type).end(JSON.stringify({ SecretString: KEYS }));
        return;
      }
      secrets.refused.push(`${caller} reads a secret`);
      response.writeHead(400, type).end('{"__type":"AccessDeniedException"}');
    });
    return secrets;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const KEYS = JSON.stringify({ newest: 'a key of the deployed functions’ tests', older: [] });

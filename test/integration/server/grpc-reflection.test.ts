import { createRequire } from 'node:module';
import { credentials, loadPackageDefinition, type ServiceClientConstructor } from '@grpc/grpc-js';
import { loadFileDescriptorSetFromBuffer, loadSync, type PackageDefinition } from '@grpc/proto-loader';
import { service as officialHealth } from 'grpc-health-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { definition, HEALTH, REFLECTION, type Reply } from '../../support/grpc-client.ts';
import { type GrpcTestServer, grpcTestServer } from '../../support/grpc-test-server.ts';

let server: GrpcTestServer;

beforeAll(async () => {
  server = await grpcTestServer({ tokens: ['a'] });
});

afterAll(async () => {
  await server.close();
});

/** Asks several questions in one call. */
function ask(...questions: object[]): Promise<Reply[]> {
  const { path, requestSerialize, responseDeserialize } = REFLECTION.service.ServerReflectionInfo as Reply;
  const { client } = server.connect(REFLECTION);
  return new Promise((resolve, reject) => {
    const answers: Reply[] = [];
    const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    call.on('data', (answer) => answers.push(answer));
    call.on('end', () => resolve(answers));
    call.on('error', reject);
    for (const question of questions) call.write(question);
    call.end();
  });
}

/** Path, streaming and types of each method. */
function methodsOf(service: Reply): Reply {
  const methods = Object.values(service.service ?? service).map((method: Reply) => [
    method.path,
    [method.requestStream, method.responseStream, method.requestType.type, method.responseType.type],
  ]);
  return JSON.parse(JSON.stringify(Object.fromEntries(methods)));
}

describe('reflection', () => {
  it('[G8] lists all services', async () => {
    const [answer] = await ask({ list_services: '' });
    expect(answer.list_services_response.service.map(({ name }: Reply) => name)).toEqual([
      'quept.v1.InferenceService',
      'grpc.health.v1.Health',
      'grpc.reflection.v1.ServerReflection',
    ]);
  });

  it('[G8] describes a service so that a client needs no proto files', async () => {
    const loaded: Reply = loadPackageDefinition(await reflected('quept.v1.InferenceService'));
    const Service: ServiceClientConstructor = loaded.quept.v1.InferenceService;
    const client: Reply = new Service(server.address, credentials.createInsecure());
    const reply = await new Promise<Reply>((resolve, reject) => {
      const request = { model: 'tiny', text: 'a', options: { max_tokens: 1 } };
      client.generate(request, (error: unknown, value: Reply) => (error ? reject(error) : resolve(value)));
    });
    expect(reply.choices[0].text).toBe('a');
    client.close();
  });

  it('[G1] tells of the published files, so what the server was built from is what they say', async () => {
    const served = await reflected('quept.v1.InferenceService');
    const names = Object.keys(definition).filter((name) => name.startsWith('quept.v1.'));
    expect(names.length).toBeGreaterThan(30);
    for (const name of names)
      expect([name, shapeOf(served, name)]).toEqual([name, shapeOf(definition, name)]);
  });

  it('finds files by symbols of all kinds, and says what it does not have', async () => {
    const answers = await ask(
      { file_containing_symbol: 'quept.v1.InferenceService.ChatStream' },
      { file_containing_symbol: 'quept.v1.ChatMessage.role' },
      { file_containing_symbol: 'quept.v1.ChatRole.CHAT_ROLE_USER' },
      { file_by_filename: 'quept/v1/options.proto' },
      { file_containing_symbol: 'quept.v1.Nothing' },
      { file_containing_symbol: 'quept.v1.ChatMessage.nothing' },
      { file_by_filename: 'nothing.proto' },
      { all_extension_numbers_of_type: 'quept.v1.Model' },
      { file_containing_extension: { containing_type: 'quept.v1.Model', extension_number: 9 } },
      {},
    );
    const told = answers.map((answer) => answer.error_response?.error_code ?? answer.message_response);
    expect(told).toEqual([
      'file_descriptor_response',
      'file_descriptor_response',
      'file_descriptor_response',
      'file_descriptor_response',
      5,
      5,
      5,
      'all_extension_numbers_response',
      5,
      3,
    ]);
    expect(answers[3].original_request.file_by_filename).toBe('quept/v1/options.proto');
  });
});

describe('interfaces of others', () => {
  it('health is what the published client expects', () => {
    const ours = methodsOf(HEALTH);
    for (const [path, shape] of Object.entries(methodsOf(officialHealth))) expect(ours[path]).toEqual(shape);
  });

  it('reflection is what the published interface says', () => {
    const path = createRequire(import.meta.url).resolve(
      '@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto',
    );
    const official = loadSync(path, { keepCase: true })['grpc.reflection.v1.ServerReflection'];
    expect(methodsOf(REFLECTION)).toEqual(methodsOf(official));
  });
});

/** What reflection says of the file of a symbol and all that it imports, as another implementation reads it. */
async function reflected(symbol: string): Promise<PackageDefinition> {
  const [answer] = await ask({ file_containing_symbol: symbol });
  const files: Buffer[] = answer.file_descriptor_response.file_descriptor_proto;
  const set = files.map((file) => Buffer.concat([fieldPrefix(file.length), file]));
  return loadFileDescriptorSetFromBuffer(Buffer.concat(set), { keepCase: true });
}

/** Names, numbers and types, whatever the options of the loader. */
function shapeOf(from: PackageDefinition, name: string): Reply {
  const found: Reply = from[name];
  if (found === undefined) return 'missing';
  const shape = 'format' in found ? found.type : methodsOf(found);
  // Options are defaults here, which one way of reading spells out and the other does not; and proto-loader has a name
  // of its own for the entries of a map, the one kind of nested message here.
  const kept = JSON.stringify(shape, (key, value) => (key === 'options' ? undefined : value));
  return JSON.parse(kept.replaceAll('"Logit_bias"', '"LogitBiasEntry"'));
}

/** Field 1 of `FileDescriptorSet`, and the length of what follows. */
function fieldPrefix(length: number): Buffer {
  const bytes = [0x0a];
  for (let rest = length; ; rest >>>= 7) {
    if (rest < 0x80) {
      bytes.push(rest);
      return Buffer.from(bytes);
    }
    bytes.push((rest & 0x7f) | 0x80);
  }
}

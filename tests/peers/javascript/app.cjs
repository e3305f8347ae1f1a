// An app written with Slack's own JavaScript Bolt, run against the Slack of the tests. It does what
// a test asks for on standard input, a JSON object a line, and tells what happened on standard
// output in the same way.
const readline = require('node:readline');
const { App, LogLevel } = require('@slack/bolt');

const tell = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
const form = {
  type: 'modal',
  callback_id: 'form',
  title: { type: 'plain_text', text: 'Amount' },
  submit: { type: 'plain_text', text: 'Send' },
  blocks: [
    {
      type: 'input',
      block_id: 'amount',
      label: { type: 'plain_text', text: 'Amount' },
      element: { type: 'plain_text_input', action_id: 'value' },
    },
  ],
};

const app = new App({
  token: process.env.BOT_TOKEN,
  appToken: process.env.APP_TOKEN,
  socketMode: true,
  logLevel: LogLevel.ERROR,
  clientOptions: { slackApiUrl: process.env.SLACK_API },
});

app.message(async ({ message, say }) => {
  await say({ text: `JavaScript heard: ${message.text}`, thread_ts: message.ts });
});
app.action('approve', async ({ ack, body, client }) => {
  await ack();
  await client.chat.update({
    channel: body.channel.id,
    ts: body.message.ts,
    text: `Approved by ${body.user.name}`,
    blocks: [],
  });
});
app.action('form', async ({ ack, body, client }) => {
  await ack();
  await client.views.open({ trigger_id: body.trigger_id, view: form });
});
app.view('form', async ({ ack, view }) => {
  await ack();
  tell({ submitted: view.state.values.amount.value.value });
});
app.command('/coo', async ({ ack, command, respond }) => {
  await ack(`Working on ${command.text}`);
  await respond('Nothing waits for you.');
});
app.event('app_home_opened', async ({ event, client }) => {
  const text = { type: 'mrkdwn', text: 'Home, sweet home' };
  await client.views.publish({
    user_id: event.user,
    view: { type: 'home', blocks: [{ type: 'section', text }] },
  });
});

const calls = {
  call: ({ method, args }) => app.client.apiCall(method, args),
  upload: ({ args }) => app.client.filesUploadV2(args),
  stream: async ({ args, parts }) => {
    const streamer = app.client.chatStream({ buffer_size: 1, ...args });
    for (const part of parts) {
      await streamer.append({ markdown_text: part });
    }
    return streamer.stop();
  },
};

const main = async () => {
  await app.start();
  tell({ ready: true });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const asked = JSON.parse(line);
    try {
      const answer = await calls[asked.do](asked);
      tell({ ok: answer.ok, ts: answer.ts });
    } catch (error) {
      tell({ ok: false, code: error.code, data: error.data });
    }
  }
  await app.stop();
};

main().catch((error) => {
  tell({ broken: String(error) });
  process.exit(1);
});

// SPDX-License-Identifier: GPL-3.0-or-later
// Loaded into a vendor's client before anything else: it may speak with this machine alone. Whoever else it wanted to reach is
// written to the file that REFUSED_HOSTS names, one address a line.
"use strict";

const fs = require("node:fs");
const net = require("node:net");

const here = new Set(["127.0.0.1", "localhost", "::1"]);
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function (...words) {
  const [first] = Array.isArray(words[0]) ? words[0] : words;
  const options = typeof first === "object" ? first : { port: first, host: words[1] };
  const host = options.host ?? "localhost";
  if (options.path === undefined && !here.has(host)) {
    fs.appendFileSync(process.env.REFUSED_HOSTS, `${host}:${options.port}\n`);
    const error = Object.assign(new Error(`refused: ${host}`), { code: "ECONNREFUSED" });
    process.nextTick(() => this.destroy(error));
    return this;
  }
  return connect.apply(this, words);
};

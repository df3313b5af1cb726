"""A TCP proxy that can be cut, at once or in the middle of an answer."""
import asyncio
import threading


class Proxy:
    """Passes bytes on to a port of this machine, on a thread of its own."""

    def __init__(self, target):
        self.target, self.is_cut, self.rest = target, False, None
        self.connections = set()
        self.was_cut = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.port = self.call(self.listen())

    def call(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    async def listen(self):
        self.server = await asyncio.start_server(self.accept, "127.0.0.1", 0)
        return self.server.sockets[0].getsockname()[1]

    async def accept(self, reader, writer):
        if self.is_cut:
            writer.close()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.close()
            return
        self.connections |= {writer, far_writer}
        await asyncio.gather(self.pump(reader, far_writer), self.pump(far_reader, writer, answers=True))
        self.connections -= {writer, far_writer}

    async def pump(self, reader, writer, answers=False):
        try:
            while data := await reader.read(16_384):
                if answers and self.rest is not None:
                    data, self.rest = data[:self.rest], self.rest - len(data)
                writer.write(data)
                if answers and self.rest is not None and self.rest <= 0:
                    self.rest = None
                    await self.end()
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    async def end(self):
        self.is_cut = True
        for writer in self.connections:
            writer.transport.abort()
        self.was_cut.set()

    def cut(self):
        """Ends all connections, and every new one at once."""
        self.call(self.end())

    def cut_after(self, bytes):
        """Cuts once that many more bytes of answers have passed; sets `was_cut`."""
        self.was_cut.clear()
        self.rest = bytes

    def mend(self):
        """Lets new connections through."""
        self.is_cut = False

    def stop(self):
        async def close():
            self.server.close()
            await self.end()
        self.call(close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.loop.close()

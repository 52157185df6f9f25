import asyncio
import threading

from services.bell import Bell


def test_a_ring_from_another_thread_wakes_a_listener():
    async def listen():
        bell = Bell()
        with bell.listening() as news:
            threading.Thread(target=bell.ring).start()
            await asyncio.wait_for(news.wait(), 5)

    asyncio.run(listen())


def test_every_listener_hears_and_one_that_left_does_not():
    async def listen():
        bell = Bell()
        with bell.listening() as first, bell.listening() as second:
            with bell.listening() as gone:
                pass
            bell.ring()
            await asyncio.wait_for(asyncio.gather(first.wait(), second.wait()), 5)
            assert not gone.is_set()

    asyncio.run(listen())


def test_what_happened_while_a_listener_was_busy_is_heard_later():
    async def listen():
        bell = Bell()
        with bell.listening() as news:
            bell.ring()
            bell.ring()
            await asyncio.wait_for(news.wait(), 5)
            news.clear()
            bell.ring()
            await asyncio.wait_for(news.wait(), 5)

    asyncio.run(listen())


def test_nobody_listening_is_no_error():
    Bell().ring()

"""Starts DistKV's command line, server or client.

DistKV expects to run inside a "main scope" of asyncscope; the launcher of its time opened one. The released packages,
put together, no longer do, so it is opened here around whatever the command line runs.
"""

import asyncclick
from asyncscope import main_scope
from distkv.command import cmd

_main = asyncclick.BaseCommand._main


async def in_scope(self, main, args, kwargs):
    async with main_scope("distkv"):
        return await _main(self, main, args, kwargs)


asyncclick.BaseCommand._main = in_scope
cmd()

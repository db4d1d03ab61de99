#!/usr/bin/python3
"""A FUSE file system that forgets, on command, what was not synced: a power loss for the processes that use it.

usage: forgetful_disk.py BACKING MOUNTPOINT SEED

Data that was written and not fsync'd or fdatasync'd lives in this process alone, in pages of 4096 bytes, and reaches the
backing folder when it is synced. SIGUSR1 is the power loss: each sector of 512 bytes of an unsynced page is kept or
dropped, by a coin tossed from the seed, and a file's unsynced growth goes. It then writes a line "forgot N of M sectors" to standard output. Creating,
renaming and deleting files take effect at once, as on a file system with a journal.
"""
import errno
import os
import random
import signal
import sys
import threading

from fusepy import FUSE, FuseOSError, Operations

PAGE = 4096
SECTOR = 512


class Unsynced:
    """What one file holds beyond its durable content."""

    def __init__(self, path):
        self.pages = {}
        self.size = os.path.getsize(path)
        self.durable_size = self.size


class ForgetfulDisk(Operations):
    def __init__(self, backing, seed):
        self.backing = os.path.realpath(backing)
        self.files = {}
        self.random = random.Random(seed)
        self.mutex = threading.RLock()

    def real(self, path):
        return os.path.join(self.backing, path.lstrip("/"))

    def unsynced(self, path):
        if path not in self.files:
            self.files[path] = Unsynced(self.real(path))
        return self.files[path]

    def page(self, path, state, number):
        if number in state.pages:
            return bytes(state.pages[number])
        with open(self.real(path), "rb") as file:
            file.seek(number * PAGE)
            return file.read(PAGE).ljust(PAGE, b"\0")

    def lose_power(self, *_):
        with self.mutex:
            kept = total = 0
            for path, state in self.files.items():
                with open(self.real(path), "r+b") as file:
                    for number, content in sorted(state.pages.items()):
                        for start in range(0, PAGE, SECTOR):
                            total += 1
                            at = number * PAGE + start
                            room = min(SECTOR, state.durable_size - at)
                            if room > 0 and self.random.random() < 0.5:
                                kept += 1
                                file.seek(at)
                                file.write(bytes(content[start : start + room]))
            self.files.clear()
            print(f"forgot {total - kept} of {total} sectors", flush=True)

    def getattr(self, path, fh=None):
        with self.mutex:
            try:
                stat = os.lstat(self.real(path))
            except FileNotFoundError:
                raise FuseOSError(errno.ENOENT)
            names = ("st_atime", "st_ctime", "st_gid", "st_mode", "st_mtime", "st_nlink", "st_size", "st_uid")
            result = {name: getattr(stat, name) for name in names}
            if path in self.files:
                result["st_size"] = self.files[path].size
            return result

    def readdir(self, path, fh):
        return [".", "..", *os.listdir(self.real(path))]

    def mkdir(self, path, mode):
        os.mkdir(self.real(path), mode)

    def rmdir(self, path):
        os.rmdir(self.real(path))

    def create(self, path, mode, fi=None):
        with self.mutex:
            self.files.pop(path, None)
            return os.open(self.real(path), os.O_RDWR | os.O_CREAT | os.O_TRUNC, mode)

    def open(self, path, flags):
        return os.open(self.real(path), flags & ~(os.O_APPEND | os.O_TRUNC | os.O_SYNC | os.O_DSYNC))

    def release(self, path, fh):
        os.close(fh)

    def read(self, path, size, offset, fh):
        with self.mutex:
            state = self.unsynced(path)
            end = min(offset + size, state.size)
            parts = []
            while offset < end:
                number, start = divmod(offset, PAGE)
                take = min(PAGE - start, end - offset)
                parts.append(self.page(path, state, number)[start : start + take])
                offset += take
            return b"".join(parts)

    def write(self, path, data, offset, fh):
        with self.mutex:
            state = self.unsynced(path)
            at = 0
            while at < len(data):
                number, start = divmod(offset + at, PAGE)
                take = min(PAGE - start, len(data) - at)
                if number not in state.pages:
                    whole = start == 0 and take == PAGE
                    state.pages[number] = bytearray(PAGE) if whole else bytearray(self.page(path, state, number))
                state.pages[number][start : start + take] = data[at : at + take]
                at += take
            state.size = max(state.size, offset + len(data))
            return len(data)

    def truncate(self, path, length, fh=None):
        with self.mutex:
            state = self.unsynced(path)
            for number in [n for n in state.pages if n * PAGE >= length]:
                del state.pages[number]
            if length < state.size and length % PAGE:
                number = length // PAGE
                content = bytearray(self.page(path, state, number))
                content[length % PAGE :] = bytes(PAGE - length % PAGE)
                state.pages[number] = content
            if length < state.durable_size:
                os.truncate(self.real(path), length)
                state.durable_size = length
            state.size = length

    def fsync(self, path, datasync, fh):
        with self.mutex:
            state = self.files.get(path)
            if state is None:
                return 0
            with open(self.real(path), "r+b") as file:
                for number, content in state.pages.items():
                    file.seek(number * PAGE)
                    file.write(content)
                file.truncate(state.size)
            state.pages.clear()
            state.durable_size = state.size
            return 0

    def fsyncdir(self, path, datasync, fh):
        return 0

    def flush(self, path, fh):
        return 0

    def unlink(self, path):
        with self.mutex:
            self.files.pop(path, None)
            os.unlink(self.real(path))

    def rename(self, old, new):
        with self.mutex:
            os.rename(self.real(old), self.real(new))
            self.files.pop(new, None)
            if old in self.files:
                self.files[new] = self.files.pop(old)

    def chmod(self, path, mode):
        os.chmod(self.real(path), mode)

    def chown(self, path, uid, gid):
        os.chown(self.real(path), uid, gid)

    def utimens(self, path, times=None):
        os.utime(self.real(path), times)

    def statfs(self, path):
        stat = os.statvfs(self.real(path))
        names = ("f_bavail", "f_bfree", "f_blocks", "f_bsize", "f_favail", "f_ffree", "f_files", "f_flag", "f_frsize", "f_namemax")
        return {name: getattr(stat, name) for name in names}


def main():
    backing, mountpoint, seed = sys.argv[1:]
    disk = ForgetfulDisk(backing, int(seed))
    signal.signal(signal.SIGUSR1, disk.lose_power)
    FUSE(disk, mountpoint, foreground=True, nothreads=True, direct_io=True, big_writes=True)


if __name__ == "__main__":
    main()

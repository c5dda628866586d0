#include "data/npy.h"

#include "damage.h"
#include "support/scratch_folder.h"
#include "varangian/error.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include "support/catch.h"  // after torch, whose CHECK is another macro

using varangian::Bytes;
using varangian::Error;
using varangian::read_npy;
using varangian::ScratchFolder;
using varangian::write_npy;

namespace {

/// A .npy file with this text as its header; 1 <= version <= 3.
Bytes npy(const std::string& header, const Bytes& values, uint8_t version = 1) {
  Bytes bytes = {0x93, 'N', 'U', 'M', 'P', 'Y', version, 0};
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
    bytes.push_back(static_cast<uint8_t>(header.size() >> 8 * i));
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.insert(bytes.end(), values.begin(), values.end());
  return bytes;
}

std::string header(const std::string& type, const std::string& shape) {
  return "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }\n";
}

template <typename T>
Bytes bytes_of(const std::vector<T>& values) {
  const auto* begin = reinterpret_cast<const uint8_t*>(values.data());
  return Bytes(begin, begin + values.size() * sizeof(T));
}

void check_message(const ScratchFolder& folder, const Bytes& bytes, const std::string& part) {
  const auto path = folder.write("bad.npy", bytes);
  std::string message = "no error";
  try {
    read_npy(path);
  } catch (const Error& error) {
    message = error.what();
  }
  INFO(message);
  CHECK(message.rfind(path.string() + ": ", 0) == 0);
  CHECK(message.find(part) != std::string::npos);
}

}  // namespace

TEST_CASE("Every type that can be read becomes float32, int64, uint8 or bool with its values") {
  const ScratchFolder folder;
  const auto check = [&](const std::string& type, const Bytes& values, const at::Tensor& expected) {
    INFO(type);
    const at::Tensor read = read_npy(folder.write("a.npy", npy(header(type, "(3,)"), values)));
    CHECK(read.scalar_type() == expected.scalar_type());
    CHECK(at::equal(read, expected));
  };
  const at::Tensor floats = at::tensor({1.5f, -2.0f, 3e38f});
  const at::Tensor integers = at::tensor({1, -2, 3}, at::kLong);
  check("<f4", bytes_of<float>({1.5f, -2.0f, 3e38f}), floats);
  check("<f8", bytes_of<double>({1.5, -2.0, static_cast<double>(3e38f)}), floats);
  check("<i4", bytes_of<int32_t>({1, -2, 3}), integers);
  check("<i8", bytes_of<int64_t>({1, -2, 3}), integers);
  check("|u1", {0, 128, 255}, at::tensor({0, 128, 255}, at::kByte));
  check("|b1", {0, 1, 77}, at::tensor({0, 1, 1}, at::kByte).to(at::kBool));
}

TEST_CASE("Formats 1.0, 2.0 and 3.0 are read, and headers as other programs space them") {
  const ScratchFolder folder;
  const Bytes values = bytes_of<float>({0, 1, 2, 3, 4, 5});
  for (const uint8_t version : {1, 2, 3})
    for (const std::string& text :
         {header("<f4", "(2, 3)"),
          std::string("{\"shape\":(2,3,),\"fortran_order\":False,\"descr\":\"<f4\"}"),
          std::string("  { 'fortran_order' : False , 'descr' : '<f4' , 'shape' : ( 2 , 3 ) }   \n")}) {
      const at::Tensor read = read_npy(folder.write("a.npy", npy(text, values, version)));
      CHECK(at::equal(read, at::arange(6, at::kFloat).reshape({2, 3})));
    }
  check_message(folder, npy(header("<f4", "(2, 3)"), values, 4), "format 4.0");
}

TEST_CASE("Numbers without dimensions and empty arrays are read") {
  const ScratchFolder folder;
  CHECK(read_npy(folder.write("a.npy", npy(header("<i8", "()"), bytes_of<int64_t>({7})))).item<int64_t>() ==
        7);
  const at::Tensor empty = read_npy(folder.write("b.npy", npy(header("<f4", "(0, 5)"), {})));
  CHECK(empty.sizes() == at::IntArrayRef({0, 5}));
}

TEST_CASE("What write_npy wrote, read_npy reads, and values start at a multiple of 64") {
  const ScratchFolder folder;
  for (const at::Tensor& tensor :
       {at::arange(24, at::kFloat).reshape({2, 3, 4}), at::arange(24, at::kFloat).reshape({4, 6}).t(),
        at::arange(5, at::kLong), at::tensor(3.5f), at::zeros({0, 2}), at::arange(9, at::kByte),
        at::zeros({1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1})}) {
    write_npy(folder / "a.npy", tensor);
    const at::Tensor read = read_npy(folder / "a.npy");
    CHECK(read.scalar_type() == tensor.scalar_type());
    CHECK(at::equal(read, tensor));
    CHECK((std::filesystem::file_size(folder / "a.npy") - tensor.nbytes()) % 64 == 0);
  }
  CHECK_THROWS_AS(write_npy(folder / "a.npy", at::zeros({2}, at::kDouble)), Error);
  CHECK_THROWS_AS(write_npy(folder / "no" / "a.npy", at::zeros({2})), Error);
}

TEST_CASE("The bytes that write_npy writes are those of NumPy") {
  const ScratchFolder folder;
  write_npy(folder / "a.npy", at::arange(2, at::kLong));
  std::string text = "{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }";
  text.resize(117, ' ');
  CHECK(folder.read("a.npy") == npy(text + "\n", bytes_of<int64_t>({0, 1})));
}

TEST_CASE("Arrays that NumPy can write and we cannot read are an error that says what to save") {
  const ScratchFolder folder;
  check_message(folder, npy("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1)}", bytes_of<float>({1})),
                "ascontiguousarray");
  check_message(folder, npy(header(">f4", "(1,)"), bytes_of<float>({1})), "little-endian");
  check_message(folder, npy(header("|O", "(1,)"), Bytes(8)), "\"|O\"");
  check_message(folder, npy(header("<c8", "(1,)"), Bytes(8)), "\"<c8\"");
  check_message(folder, npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", Bytes(4)),
                "structured");
}

TEST_CASE("A .npy header that lies or is no dictionary of the three keys is an error") {
  const ScratchFolder folder;
  check_message(folder, npy(header("<f4", "(2,)"), Bytes(4)), "needs 8");
  check_message(folder, npy(header("<f4", "(2,)"), Bytes(12)), "12 bytes of values");
  check_message(folder, npy(header("<f4", "(4611686018427387904, 4)"), Bytes(4)), "absurd");
  check_message(folder, npy(header("<f4", "(0, 9223372036854775807, 9223372036854775807)"), {}), "absurd");
  check_message(folder, npy(header("<f4", "(1099511627776,)"), Bytes(4)), "needs 4398046511104");
  check_message(folder, npy(header("<f4", "(99999999999999999999,)"), Bytes(4)), "want a size");
  check_message(folder, npy(header("<f4", "(-1,)"), Bytes(4)), "want a size");
  check_message(folder, npy(header("<f4", "(1; 1)"), Bytes(4)), "want ')'");
  std::string ones = "(";
  for (int i = 0; i < 40; ++i) ones += "1,";
  check_message(folder, npy(header("<f4", ones + ")"), Bytes(4)), "too many dimensions");
  check_message(folder, npy("{'descr': '<f4', 'shape': (1,)}", Bytes(4)), "no descr");
  check_message(folder, npy("{'descr': '<f4', 'descr': '<f4'}", Bytes(4)), "twice");
  check_message(folder, npy("{'descr': '<f4", Bytes(4)), "without end");
  check_message(folder, npy("{'fortran_order': 0", Bytes(4)), "True or False");
  check_message(folder, npy(header("<f4", "(1,)") + "x", Bytes(4)), "after the dictionary");
  check_message(folder, npy("", Bytes(4)), "want '{'");
  check_message(folder, {'P', 'K', 3, 4, 0, 0, 0, 0, 0, 0, 0, 0}, "no .npy file");
  check_message(folder, npy(std::string(100'000, ' '), {}, 2), "at most 65536");
}

TEST_CASE("A .npy file that was cut short is an error at every length") {
  const ScratchFolder folder;
  for (const uint8_t version : {1, 2})
    varangian::for_each_truncation(
        npy(header("<f4", "(2, 2)"), Bytes(16, 1), version),
        [&](const Bytes& bytes) { CHECK_THROWS_AS(read_npy(folder.write("a.npy", bytes)), Error); });
}

TEST_CASE("A .npy header with a damaged byte gives an error or an array of the bytes that are there") {
  const ScratchFolder folder;
  int errors = 0, tries = 0;
  for (const uint8_t version : {1, 2}) {
    const Bytes valid = npy(header("<f4", "(2, 2)"), Bytes(16, 1), version);
    varangian::for_each_flip(valid, valid.size() - 16, [&](const Bytes& bytes) {
      ++tries;
      try {
        const at::Tensor read = read_npy(folder.write("a.npy", bytes));
        CHECK(read.numel() == 4);
      } catch (const Error&) {
        ++errors;
      }
    });
  }
  CHECK(errors > tries * 9 / 10);
}
